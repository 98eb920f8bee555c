/** Long jobs: what the panel shows of them, and how it stops them. */
import type { Nothing } from "./sharedContract";

export interface Job {
  id: string;
  /** the name of the operator that does it */
  operator: string;
  brain_key: string;
  state: "queued" | "running" | "done" | "failed" | "cancelled" | "paused";
  delegated: boolean;
  phase: string;
  done: number;
  total: number;
  unit: string;
  /** per second */
  rate: number | null;
  /** seconds */
  remaining: number | null;
  /** gave no vector so far */
  failed: number;
  /** which of reading, embedding and writing is the slowest */
  pace: string | null;
  message: string | null;
  updated: string;
}

export interface Jobs {
  jobs: Job[];
}

/** The methods of `panels/index_methods.py` for jobs. */
export interface JobMethods {
  jobs: { gives: Jobs };
  /** Stops a build or a sync until it is started again. */
  pause: { takes: { job_id: string }; gives: Nothing };
  cancel: { takes: { job_id: string }; gives: Nothing };
  /** Shows an ended job no more, here and elsewhere. */
  dismiss: { takes: { job_id: string }; gives: Nothing };
}
