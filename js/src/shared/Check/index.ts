export * from "./Check";
