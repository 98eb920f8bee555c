export * from "./Empty";
