export * from "./SearchPlace";
