export * from "./RenameDialog";
