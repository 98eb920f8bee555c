export * from "./ServerPlace";
