export * from "./CleanupDialog";
