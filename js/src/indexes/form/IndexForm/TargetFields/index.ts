export * from "./TargetFields";
