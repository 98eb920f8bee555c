export * from "./RunningJob";
