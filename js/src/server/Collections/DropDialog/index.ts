export * from "./DropDialog";
