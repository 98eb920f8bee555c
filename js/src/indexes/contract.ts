/** What the Indexes place asks Python, and what it gets. */
import type { Nothing } from "../shared/contract";

export interface Index {
  brain_key: string;
  patches_field: string | null;
  embeddings_field: string | null;
  model: string | null;
  metric: string;
  supports_prompts: boolean;
  /** its build was not finished */
  partial: boolean;
  size: number | null;
  /** how many samples or patches there are to index */
  total: number | null;
  collection_name: string | null;
  owned: boolean;
  /** ISO, UTC */
  created: string;
  problem: string | null;
}

export interface Job {
  id: string;
  brain_key: string;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
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

export interface Model {
  name: string;
  supports_prompts: boolean;
  downloaded: boolean;
  description: string;
}

export type Target = "dataset" | "view" | "selected";

export interface Form {
  models: Model[];
  patches_fields: string[];
  embeddings_fields: { field: string; patches_field: string | null }[];
  /** taken */
  brain_keys: string[];
  /** a free one, proposed */
  brain_key: string;
  counts: Record<Target, number>;
  can_delegate: boolean;
  metrics: string[];
  consistency_levels: string[];
}

/** What `@milvus/vector-search/compute_index` takes. */
export interface BuildParams {
  brain_key: string;
  target: Target;
  patches_field?: string;
  source: "model" | "field";
  model?: string;
  embeddings_field?: string;
  metric: string;
  consistency_level: string;
}

/** What `@milvus/vector-search/sync_index` takes. */
export interface SyncParams {
  brain_key: string;
}

export interface CleanupPlan {
  brain_key: string;
  collection_name: string | null;
  rows: number | null;
  drops_rows: boolean;
  deletes_run: boolean;
  message: string;
}

export interface Cleanup {
  brain_key: string;
  dropped_rows: boolean;
  deleted_run: boolean;
  message: string;
}

/** The methods of `panels/index_methods.py`. */
export interface IndexMethods {
  jobs: { gives: Jobs };
  form: { gives: Form };
  cleanup_plan: { takes: { brain_key: string }; gives: CleanupPlan };
  cleanup: { takes: { brain_key: string }; gives: Cleanup };
  cancel: { takes: { job_id: string }; gives: Nothing };
  /** Shows an ended job no more, here and elsewhere. */
  dismiss: { takes: { job_id: string }; gives: Nothing };
}
