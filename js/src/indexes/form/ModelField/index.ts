export * from "./ModelField";
