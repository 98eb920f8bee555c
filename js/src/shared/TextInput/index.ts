export * from "./TextInput";
