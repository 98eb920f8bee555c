/** Long jobs: what the panel shows of them, and how it stops them. */
import type { Nothing } from "./sharedContract";

export interface Job {
  id: string;
  /** the name of its operator */
  operator: string;
  /** what it is called, such as "Compute index" */
  label: string;
  /** whether it can be stopped and resumed later */
  can_pause: boolean;
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
  /** how many have no vector so far */
  failed: number;
  /** which of reading, embedding and writing is the slowest */
  bottleneck: string | null;
  message: string | null;
  updated: string;
}

/** A model that is being loaded, and for how many seconds. */
export interface LoadingModel {
  model: string;
  seconds: number;
}

export interface Jobs {
  jobs: Job[];
  /** what this panel's search waits for */
  loading: LoadingModel | null;
}

/** The methods of `panels/indexes_tab.py` for jobs. */
export interface JobMethods {
  jobs: { gives: Jobs };
  /** Stops a build or a sync until it is started again. */
  pause: { takes: { job_id: string }; gives: Nothing };
  cancel: { takes: { job_id: string }; gives: Nothing };
  /** Shows an ended job no more, here and elsewhere. */
  dismiss: { takes: { job_id: string }; gives: Nothing };
}
