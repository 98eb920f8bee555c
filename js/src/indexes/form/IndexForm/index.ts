export * from "./IndexForm";
