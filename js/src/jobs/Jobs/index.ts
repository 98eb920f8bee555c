export * from "./Jobs";
