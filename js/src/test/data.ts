/** What Python answers, as `tests/integration/test_recorded_answers.py` recorded it, with what the tests are about. */
import type { Collection, Form, Index, IndexHealth, Job, Overview, Result, SearchResult, Server, ServerDetails, Videos } from "../api/contract";
import answers from "./answers.json";

const [recordedIndex] = answers.overview.indexes;
const recordedJob = answers.overview.jobs.find(({ operator }) => operator === "compute_index");
const [recordedCollection] = answers.server_details.collections;

export const server = answers.overview.server as Server;

export const health: IndexHealth = { ...recordedIndex.health, rows: 1508, current: 1500, missing: 30, stale: 8 };

export const index: Index = {
  ...(recordedIndex as Index),
  embeddings_field: null,
  model: "clip",
  supports_prompts: true,
  filter_fields: [],
  size: 1538,
  total: 1538,
  health: null,
  collection_name: "images_1",
};

export const job: Job = {
  ...(recordedJob as Job),
  id: "job-1",
  state: "running",
  phase: "embedding",
  done: 120,
  total: 538,
  rate: 24.3,
  remaining: 18,
  message: null,
};

export const overview: Overview = {
  ...(answers.overview as Overview),
  dataset: { name: "animals", samples: 1538 },
  indexes: [index],
  export_folder: "/fiftyone/milvus-exports",
  jobs: [],
  can_delegate: true,
};

const [recordedModel] = answers.form.models;

export const form: Form = {
  ...answers.form,
  models: [
    { ...recordedModel, name: "resnet", description: "Images only", license: "BSD 3-Clause", size_bytes: 102_000_000 },
    {
      ...recordedModel,
      name: "clip",
      supports_prompts: true,
      downloaded: true,
      description: "Images and text",
      license: "MIT",
      size_bytes: 353_976_522,
    },
    { ...recordedModel, name: "lite", downloaded: true, description: "Small" },
  ],
  embeddings_fields: [
    { field: "vectors", patches_field: null },
    { field: "ground_truth.vectors", patches_field: "ground_truth" },
  ],
  brain_keys: ["images", "words"],
  counts: { dataset: 1538, view: 20, selected: 0 },
  can_delegate: true,
  consistency_levels: ["Session", "Strong"],
  index_types: ["FLAT", "HNSW"],
  filter_fields: [],
};

export const videos: Videos = {
  frames: {
    patches_fields: ["boxes"],
    embeddings_fields: [
      { field: "vector", patches_field: null },
      { field: "embedding", patches_field: "boxes" },
    ],
    problem: null,
    taking_problem: null,
  },
  clips: ["events", "shots"].map((field) => ({ field, embeddings_fields: [`${field}.embedding`] })),
};

export const result: Result = {
  ...(answers.search.results[0] as Result),
  id: "a",
  sample_id: "a",
  score: 0.91249,
  filepath: "/images/a.jpg",
  label: "bird",
  caption: "bird",
  is_query: false,
  term_scores: null,
};

export const searchResult: SearchResult = {
  ...(answers.search as SearchResult),
  token: "token-1",
  results: [result, { ...result, id: "b", sample_id: "b", rank: 2, score: 0.5, label: null, caption: "b.jpg" }],
  total: 538,
  plan: "Ranked all 1,538 vectors",
  histogram: { first: 0.91, last: 0.11, counts: [2, 500, 30, 6], ends: [2, 502, 532, 538], gap: null },
};

export const collection: Collection = {
  ...(recordedCollection as Collection),
  name: "images_1",
  users: [],
  rows: 1538,
  size_bytes: 3_149_824,
  dim: 512,
  index_type: "HNSW",
};

const recordedDetails = answers.server_details as ServerDetails;

export const details: ServerDetails = {
  ...recordedDetails,
  capabilities: { ...answers.server_details.capabilities, index_types: ["FLAT", "HNSW"] },
  settings: recordedDetails.settings.map((each) => (each.key === "token" ? { ...each, set_in: "environment" } : each)),
  collections: [collection, { ...collection, name: "left_over", state: "orphaned", reason: "Its index is gone" }],
};
