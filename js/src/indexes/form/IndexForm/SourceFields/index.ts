export * from "./SourceFields";
