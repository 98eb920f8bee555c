export * from "./FilterFields";
