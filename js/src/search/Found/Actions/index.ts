export * from "./Actions";
