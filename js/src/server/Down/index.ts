export * from "./Down";
