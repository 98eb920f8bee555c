export * from "./EndedJob";
