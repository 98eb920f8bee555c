export * from "./Composer";
