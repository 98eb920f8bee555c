export * from "./ImportDialog";
