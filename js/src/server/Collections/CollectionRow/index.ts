export * from "./CollectionRow";
