/** What the Server tab asks Python, and what it answers. */
import type { Nothing } from "./sharedContract";

export interface Server {
  kind: "embedded" | "server";
  /** without credentials */
  address: string;
  reachable: boolean;
  version: string | null;
  latency_ms: number | null;
  problem: string | null;
}

/** What a Milvus can do. */
export interface Capabilities {
  version: string;
  embedded: boolean;
  filter_templates: boolean;
  index_types: string[];
}

/** This machine's own Milvus. */
export interface EmbeddedServer {
  running: boolean;
  folder: string;
  log: string;
  /** seconds since 1970 */
  started: number | null;
}

/** A setting's name, and where it is set; never its value. */
export interface Setting {
  key: string;
  variable: string;
  set_in: "environment" | "secrets" | "brain config" | null;
}

export interface Owner {
  dataset_id: string;
  dataset: string;
  brain_key: string | null;
  version: number;
}

export interface Collection {
  name: string;
  state: "in use" | "orphaned" | "unmanaged" | "unknown";
  reason: string;
  owner: Owner | null;
  owner_deleted: boolean;
  users: { dataset_id: string; dataset: string; brain_key: string; created: string | null }[];
  /** ISO, UTC */
  created: string | null;
  rows: number | null;
  /** if not, the number of rows is an estimate */
  loaded: boolean;
  size_bytes: number | null;
  dim: number | null;
  metric: string | null;
  index_type: string | null;
  shards: number | null;
  replicas: number | null;
  problem: string | null;
}

export interface ServerDetails {
  /** null while the embedded one is stopped */
  server: Server | null;
  database: string | null;
  capabilities: Capabilities | null;
  embedded: EmbeddedServer | null;
  settings: Setting[];
  collections: Collection[] | null;
  problem: string | null;
}

/** A collection that may be deleted or not, and why. */
export interface DeletionCandidate {
  name: string;
  state: string;
  rows: number | null;
  size_bytes: number | null;
  allowed: boolean;
  reason: string;
  /** it can be deleted only once its name is typed */
  confirmation_needed: boolean;
}

export interface DeletionPlan {
  candidates: DeletionCandidate[];
  kept: DeletionCandidate[];
  deleted: string[];
  rows: number;
  size_bytes: number;
  dry_run: boolean;
  message: string;
}

export interface DeletionParams {
  names?: string[];
  orphaned?: boolean;
  include_deleted_datasets?: boolean;
  confirmed_names?: string[];
  dry_run: boolean;
}

export interface AdoptParams {
  collection_name: string;
  patches_field?: string;
  dry_run: boolean;
  brain_key?: string;
  model?: string;
  take_ownership?: boolean;
}

/** How a collection matches the dataset. */
export interface Adoption {
  dry_run: true;
  fits: boolean;
  problem: string | null;
  ownership_problem: string | null;
  message: string;
}

export interface Adopted {
  dry_run: false;
  brain_key: string;
  message: string;
}

/** The methods of `panels/server_tab.py`. */
export interface ServerMethods {
  server_details: { gives: ServerDetails };
  start_embedded: { gives: Nothing };
  stop_embedded: { gives: Nothing };
}

/** The operators that the Server tab runs. */
export interface ServerOperators {
  cleanup_collections: { takes: DeletionParams; gives: DeletionPlan };
  adopt_collection: { takes: AdoptParams; gives: Adoption | Adopted };
}
