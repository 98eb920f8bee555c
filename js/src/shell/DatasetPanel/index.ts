export * from "./DatasetPanel";
export type { Panel } from "./usePanel";
