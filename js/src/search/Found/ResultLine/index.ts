export * from "./ResultLine";
