/** What the Indexes tab asks Python, and what it answers. */
import type { BuildParams, Form } from "./buildContract";

/** A field whose values Milvus stores with the vectors. */
export interface FilterField {
  name: string;
  kind: "text" | "number" | "boolean";
}

export interface Index {
  brain_key: string;
  patches_field: string | null;
  embeddings_field: string | null;
  model: string | null;
  metric: string;
  supports_prompts: boolean;
  /** what searches can be filtered by */
  filter_fields: FilterField[];
  /** null if Milvus can't be asked */
  index_type: string | null;
  /** the parameters that a search of it can have */
  search_params: string[];
  /** its build was not finished */
  partial: boolean;
  size: number | null;
  /** how many samples or patches there are to index */
  total: number | null;
  /** the latest comparison with the dataset, if there was one */
  health: IndexHealth | null;
  collection_name: string | null;
  /** the address of its Milvus, if that isn't the one in use */
  other_server: string | null;
  owned: boolean;
  /** ISO, UTC */
  created: string;
  problem: string | null;
  /** says that credentials are configured and not sent to its Milvus */
  credentials_warning: string | null;
}

/** A similarity index that isn't a Milvus index. */
export interface OtherIndex {
  brain_key: string;
  backend: string;
}

/** An index compared with its dataset, in rows. */
export interface IndexHealth {
  rows: number;
  current: number;
  missing: number;
  stale: number;
  orphaned: number;
  /** indexed without a source fingerprint */
  unknown: number;
  /** not indexed, and can't be */
  unavailable: number;
  /** of the others, those of which only the filter values changed */
  outdated: number;
  /** else nothing counts as missing */
  scope_known: boolean;
  problem: string | null;
  /** ISO, UTC */
  checked: string;
  /** the dataset changed since */
  changed: boolean;
}

/** What `@milvus/vector-search/sync_index` takes. */
export interface SyncParams {
  brain_key: string;
}

/** What `@milvus/vector-search/index_health` takes. */
export interface CheckParams {
  brain_key: string;
}

/** What `@milvus/vector-search/embeddings_map` takes. */
export interface MapParams {
  brain_key: string;
}

/** The servers that an index can be moved to by a choice. */
export interface Move {
  destinations: { uri: string; label: string }[];
  /** why what is configured can't be read */
  problem: string | null;
}

/** What `@milvus/vector-search/move_index` takes. */
export interface MoveParams {
  brain_key: string;
  uri: string;
  db_name?: string;
}

/** What `@milvus/vector-search/export_index` takes. */
export interface ExportParams {
  brain_key: string;
  path?: string;
  overwrite?: boolean;
  /** the token of what is to be downloaded, in place of the path */
  transfer?: string;
}

/** What `@milvus/vector-search/import_index` takes. */
export interface ImportParams {
  brain_key: string;
  path?: string;
  /** the token of what was uploaded, in place of the path */
  transfer?: string;
}

/** What `@milvus/vector-search/copy_index` takes. */
export interface CopyParams {
  from_key: string;
  brain_key: string;
}

export interface Renamed {
  brain_key: string;
  collection_name: string | null;
  message: string;
}

export interface CleanupPlan {
  brain_key: string;
  collection_name: string | null;
  rows: number | null;
  deletes_rows: boolean;
  deletes_run: boolean;
  message: string;
}

export interface Cleanup {
  brain_key: string;
  deleted_rows: boolean;
  deleted_run: boolean;
  message: string;
}

/** The methods of `panels/indexes_tab.py`. */
export interface IndexMethods {
  form: { gives: Form };
  cleanup_plan: { takes: { brain_key: string }; gives: CleanupPlan };
  cleanup: { takes: { brain_key: string }; gives: Cleanup };
}

/**
 * The operators that the Indexes tab runs. All but the last are long jobs: their result is
 * in the overview, and nothing of their answer is used.
 */
export interface IndexOperators {
  compute_index: { takes: BuildParams; gives: unknown };
  sync_index: { takes: SyncParams; gives: unknown };
  index_health: { takes: CheckParams; gives: unknown };
  embeddings_map: { takes: MapParams; gives: unknown };
  move_index: { takes: MoveParams; gives: unknown };
  export_index: { takes: ExportParams; gives: unknown };
  import_index: { takes: ImportParams; gives: unknown };
  copy_index: { takes: CopyParams; gives: unknown };
  rename_index: { takes: { brain_key: string; new_brain_key: string }; gives: Renamed };
}
