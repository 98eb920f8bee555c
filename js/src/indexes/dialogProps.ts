import type { Index, Job, Move } from "../api/contract";
import { longJob } from "../api/longJobs";
import { isActive } from "../jobs/jobState";
import type { IndexJobs } from "./useIndexJobs";

export type DialogKind = "sync" | "rename" | "move" | "export" | "cleanup";

/** What every dialog about an index gets. */
export interface DialogProps {
  index: Index;
  indexes: Index[];
  jobs: Job[];
  work: IndexJobs;
  /** false once its job is shown; the input is kept in case that fails */
  open: boolean;
  canDelegate: boolean;
  /** the folder of exports */
  exportFolder: string;
  move: Move;
  /** the address of the Milvus in use */
  inUse: string;
  onClose: () => void;
  /** the indexes have changed */
  onChanged: () => void;
}

/** What is shown until it is hidden. */
export interface Opened {
  open: boolean;
  show: () => void;
  hide: () => void;
}

/** Whether what a dialog started is among the active jobs. */
export function isUnderWay(dialog: DialogKind | "import" | "copy", brain_key: string, jobs: Job[]): boolean {
  return jobs.some(
    (job) => isActive(job) && job.brain_key === brain_key && longJob(job.operator)?.dialog === dialog,
  );
}
