import type { Operators } from "./contract";

interface LongJob {
  /** the dialog that it is started in */
  dialog?: "sync" | "move" | "export" | "import" | "copy";
  /** its result is shown elsewhere, on the index's card or in the Find tab */
  quiet?: boolean;
}

/** The operators that work on an index for long, here or on a worker; the panel shows their progress. */
export const LONG_JOBS = {
  compute_index: {},
  sync_index: { dialog: "sync" },
  index_health: { quiet: true },
  embeddings_map: {},
  move_index: { dialog: "move" },
  export_index: { dialog: "export" },
  import_index: { dialog: "import" },
  copy_index: { dialog: "copy" },
  find_duplicates: { quiet: true },
  find_leaks: { quiet: true },
  find_label_outliers: { quiet: true },
  find_unique: { quiet: true },
  find_duplicates_in_dataset: { quiet: true },
} satisfies Partial<Record<keyof Operators, LongJob>>;

export type LongJobName = keyof typeof LONG_JOBS;

/** What there is to know of a job by the name of its operator. */
export function longJob(operator: string): LongJob | undefined {
  return (LONG_JOBS as Partial<Record<string, LongJob>>)[operator];
}
