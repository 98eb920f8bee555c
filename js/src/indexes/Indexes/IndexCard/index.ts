export * from "./IndexCard";
