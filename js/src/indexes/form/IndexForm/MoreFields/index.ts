export * from "./MoreFields";
