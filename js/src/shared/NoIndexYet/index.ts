export * from "./NoIndexYet";
