export * from "./Indexes";
