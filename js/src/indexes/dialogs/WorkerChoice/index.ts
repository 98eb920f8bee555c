export * from "./WorkerChoice";
