export * from "./MoveDialog";
