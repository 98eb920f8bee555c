export * from "./Found";
