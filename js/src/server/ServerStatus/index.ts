export * from "./ServerStatus";
