export * from "./FormDialog";
