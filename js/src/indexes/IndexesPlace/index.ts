export * from "./IndexesPlace";
