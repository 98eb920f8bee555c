export * from "./JobProgress";
