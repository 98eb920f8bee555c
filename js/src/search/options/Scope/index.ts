export * from "./Scope";
