import { useLongJob } from "../api/useLongJob";
import { useTransfer } from "./useTransfer";

/** The long jobs that are started from an index's card and its dialogs. */
export function useIndexJobs(onEnd: () => void) {
  const jobs = {
    sync: useLongJob("sync_index", onEnd),
    check: useLongJob("index_health", onEnd),
    map: useLongJob("embeddings_map", onEnd),
    move: useLongJob("move_index", onEnd),
    exporting: useLongJob("export_index", onEnd),
    // one at a time, since each ends with a file that is then received
    downloading: useLongJob("export_index", onEnd),
    importing: useLongJob("import_index", onEnd),
    copying: useLongJob("copy_index", onEnd),
  };
  const all = Object.values(jobs);
  const transfers = { download: useTransfer(), upload: useTransfer() };
  return { ...jobs, all, transfers, running: all.some((each) => each.running !== null) };
}

export type IndexJobs = ReturnType<typeof useIndexJobs>;
