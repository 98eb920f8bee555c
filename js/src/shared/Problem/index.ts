export * from "./Problem";
