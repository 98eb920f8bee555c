export * from "./IndexDialog";
