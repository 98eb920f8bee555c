export * from "./ActionsMenu";
