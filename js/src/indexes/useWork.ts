import type {
  CheckParams,
  ExportParams,
  ImportParams,
  MoveParams,
  SyncParams,
} from "../shared/api";
import { useOperator } from "../shared/useOperator";

const PLUGIN = "@milvus/vector-search";

/** The long work on indexes that there are, each of it started by its operator. */
export function useWork(onEnd: () => void) {
  const work = {
    sync: useOperator<SyncParams>(`${PLUGIN}/sync_index`, onEnd),
    check: useOperator<CheckParams>(`${PLUGIN}/index_health`, onEnd),
    move: useOperator<MoveParams>(`${PLUGIN}/move_index`, onEnd),
    exporting: useOperator<ExportParams>(`${PLUGIN}/export_index`, onEnd),
    importing: useOperator<ImportParams>(`${PLUGIN}/import_index`, onEnd),
  };
  const all = Object.values(work);
  return { ...work, all, running: all.some((each) => each.running !== null) };
}

export type Work = ReturnType<typeof useWork>;
