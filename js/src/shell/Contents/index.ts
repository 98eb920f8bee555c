export * from "./Contents";
