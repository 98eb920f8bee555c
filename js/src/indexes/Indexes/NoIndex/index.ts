export * from "./NoIndex";
