export * from "./ParamFields";
