export * from "./ApiProvider";
