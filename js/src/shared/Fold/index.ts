export * from "./Fold";
