export * from "./Embedded";
