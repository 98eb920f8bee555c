export * from "./Why";
