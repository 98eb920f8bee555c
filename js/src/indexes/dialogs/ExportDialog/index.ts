export * from "./ExportDialog";
