export * from "./CoverageLine";
export { toSync } from "./parts";
