export * from "./AdoptDialog";
