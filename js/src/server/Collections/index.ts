export * from "./Collections";
