export * from "./MilvusPanel";
