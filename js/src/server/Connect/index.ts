export * from "./Connect";
