export * from "./Choice";
