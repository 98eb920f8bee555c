export * from "./NamedCard";
