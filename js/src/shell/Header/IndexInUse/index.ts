export * from "./IndexInUse";
