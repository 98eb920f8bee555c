import type { Collection, IndexHealth, Form, Result, Index, Job, Overview, SearchResult, Server, ServerDetails } from "../api/contract";

export const server: Server = {
  kind: "embedded",
  address: "http://127.0.0.1:19530",
  reachable: true,
  version: "Lite 3.2.2",
  latency_ms: 3.6,
  problem: null,
};

export const health: IndexHealth = {
  rows: 1508,
  current: 1500,
  missing: 30,
  stale: 8,
  orphaned: 0,
  unknown: 0,
  unavailable: 0,
  outdated: 0,
  scope_known: true,
  problem: null,
  checked: "2025-03-04T05:06:07Z",
  changed: false,
};

export const index: Index = {
  brain_key: "pictures",
  patches_field: null,
  embeddings_field: null,
  model: "clip",
  metric: "cosine",
  supports_prompts: true,
  filter_fields: [],
  index_type: "FLAT",
  search_params: [],
  partial: false,
  size: 1538,
  total: 1538,
  health: null,
  collection_name: "pictures_1",
  other_server: null,
  owned: true,
  created: "2025-03-04T05:06:07",
  problem: null,
  credentials_warning: null,
};

export const job: Job = {
  id: "job-1",
  operator: "compute_index",
  label: "Compute index",
  can_pause: true,
  brain_key: "pictures",
  state: "running",
  delegated: false,
  phase: "embedding",
  done: 120,
  total: 538,
  unit: "samples",
  rate: 24.3,
  remaining: 18,
  failed: 0,
  bottleneck: null,
  message: null,
  updated: "2025-03-04T05:06:07Z",
};

export const overview: Overview = {
  dataset: { name: "animals", samples: 1538 },
  server,
  indexes: [index],
  other_indexes: [],
  export_folder: "/fiftyone/milvus-exports",
  move: { destinations: [{ uri: "embedded", label: "Embedded Milvus" }], problem: null },
  jobs: [],
  can_delegate: true,
};

export const form: Form = {
  models: [
    {
      name: "resnet",
      supports_prompts: false,
      downloaded: false,
      description: "Images only",
      license: "BSD 3-Clause",
      size_bytes: 102_000_000,
      missing_packages: [],
    },
    {
      name: "clip",
      supports_prompts: true,
      downloaded: true,
      description: "Images and text",
      license: "MIT",
      size_bytes: 353_976_522,
      missing_packages: [],
    },
    {
      name: "lite",
      supports_prompts: false,
      downloaded: true,
      description: "Small",
      license: "Apache 2.0",
      size_bytes: null,
      missing_packages: [],
    },
  ],
  patches_fields: ["ground_truth"],
  embeddings_fields: [
    { field: "vectors", patches_field: null },
    { field: "ground_truth.vectors", patches_field: "ground_truth" },
  ],
  brain_keys: ["pictures", "words"],
  brain_key: "milvus",
  counts: { dataset: 1538, view: 20, selected: 0 },
  media_problems: { dataset: null, view: null },
  can_delegate: true,
  metrics: ["cosine", "dotproduct", "euclidean"],
  consistency_levels: ["Session", "Strong"],
  index_types: ["FLAT", "HNSW"],
  filter_fields: [],
};

export const result: Result = {
  id: "a",
  sample_id: "a",
  rank: 1,
  score: 0.91249,
  filepath: "/pictures/a.jpg",
  box: null,
  label: "bird",
  term_scores: null,
  notes: [],
};

export const searchResult: SearchResult = {
  brain_key: "pictures",
  token: "token-1",
  results: [result, { ...result, id: "b", sample_id: "b", rank: 2, score: 0.5, label: null }],
  total: 538,
  score: "similarity",
  milliseconds: 18.2,
  exact: true,
  plan: "Ranked all 1,538 vectors",
  searched: null,
  in_view: null,
  empty_reason: null,
  histogram: { first: 0.91, last: 0.11, counts: [2, 500, 30, 6] },
};

export const collection: Collection = {
  name: "pictures_1",
  state: "in use",
  reason: "The index 'pictures' of the dataset 'animals' uses it",
  owner: { dataset_id: "1", dataset: "animals", brain_key: "pictures", version: 1 },
  owner_deleted: false,
  users: [],
  created: "2025-03-04T05:06:07Z",
  rows: 1538,
  loaded: true,
  size_bytes: 3_149_824,
  dim: 512,
  metric: "cosine",
  index_type: "HNSW",
  problem: null,
};

export const details: ServerDetails = {
  server,
  database: null,
  capabilities: {
    version: "3.2.2",
    embedded: true,
    filter_templates: false,
    iterators: true,
    grouping: false,
    index_types: ["FLAT", "HNSW"],
  },
  embedded: { running: true, folder: "/milvus/data", log: "/milvus/server.log", started: 1 },
  settings: [
    { key: "uri", variable: "MILVUS_URI", set_in: null },
    { key: "token", variable: "MILVUS_TOKEN", set_in: "environment" },
  ],
  collections: [collection, { ...collection, name: "left_over", state: "orphaned", reason: "Its index is gone" }],
  problem: null,
};
