import type { SyncParams } from "../shared/api";
import { useOperator } from "../shared/useOperator";

/** Starts the operator that makes an index true to its dataset. */
export function useSync(onEnd: () => void) {
  const { run, running, problem } = useOperator<SyncParams>(
    "@milvus/vector-search/sync_index",
    onEnd,
  );
  return { sync: run, syncing: running, problem };
}

export type Sync = ReturnType<typeof useSync>;
