export * from "./SyncDialog";
