export * from "./MoreOptions";
