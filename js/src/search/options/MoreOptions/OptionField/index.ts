export * from "./OptionField";
