export * from "./Header";
