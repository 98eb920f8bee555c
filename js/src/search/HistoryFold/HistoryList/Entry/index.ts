export * from "./Entry";
