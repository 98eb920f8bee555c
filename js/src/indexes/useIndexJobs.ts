import type {
  CheckParams,
  ExportParams,
  ImportParams,
  MoveParams,
  SyncParams,
} from "../api/client";
import { useOperator } from "../api/useOperator";

const PLUGIN = "@milvus/vector-search";

/** The long work on indexes that there are, each of it started by its operator. */
export function useIndexJobs(onEnd: () => void) {
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

export type IndexJobs = ReturnType<typeof useIndexJobs>;
