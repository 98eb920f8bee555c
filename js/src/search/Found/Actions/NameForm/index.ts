export * from "./NameForm";
