import type { BuildParams } from "../api/client";
import { useOperator } from "../api/useOperator";

/** Starts the operator that builds an index, here or on a worker. */
export function useBuild(onEnd: (built: boolean) => void) {
  const { run, running, ...rest } = useOperator<BuildParams>(
    "@milvus/vector-search/compute_index",
    onEnd,
  );
  return { build: run, building: running, ...rest };
}

export type Build = ReturnType<typeof useBuild>;
