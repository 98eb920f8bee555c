/** What the form of a new index asks Python, and what it sends. */
import type { Scope } from "./sharedContract";

export interface Model {
  name: string;
  supports_prompts: boolean;
  downloaded: boolean;
  description: string;
  license: string | null;
  size_bytes: number | null;
  /** the packages that it needs and that aren't installed */
  missing_packages: string[];
}

/** What can be indexed of videos. */
export interface Videos {
  frames: {
    patches_fields: string[];
    embeddings_fields: { field: string; patches_field: string | null }[];
    /** why there are none with images; null if there are */
    problem: string | null;
    /** why none could be taken from the videos either */
    taking_problem: string | null;
  };
  /** the temporal detections that have vectors */
  clips: { field: string; embeddings_fields: string[] }[];
}

export type VideosAs = "frames" | "clips" | "videos";

export interface Form {
  models: Model[];
  patches_fields: string[];
  embeddings_fields: { field: string; patches_field: string | null }[];
  /** taken */
  brain_keys: string[];
  /** a free one, proposed */
  brain_key: string;
  counts: Record<Scope, number>;
  /** why a model can't read the samples; null if it can */
  media_problems: Record<"dataset" | "view", string | null>;
  /** the slices of images, of groups */
  slices: Record<"dataset" | "view", string[]>;
  /** null for other samples than videos */
  videos: Record<"dataset" | "view", Videos | null>;
  can_delegate: boolean;
  metrics: string[];
  consistency_levels: string[];
  index_types: string[];
  filter_fields: { field: string; patches_field: string | null }[];
  /** where to embed and write: the first is the process that runs the build */
  engines: { value: string; label: string }[];
}

/** What `@milvus/vector-search/compute_index` takes. */
export interface BuildParams {
  brain_key: string;
  scope: Scope;
  slices?: string[];
  videos_as?: VideosAs;
  fps?: number;
  clips_field?: string;
  patches_field?: string;
  source: "model" | "field";
  model?: string;
  embeddings_field?: string;
  model_kwargs?: string;
  batch_size?: number;
  alpha?: number;
  force_square?: boolean;
  metric: string;
  consistency_level: string;
  index_type?: string;
  filter_fields?: string[];
  engine?: string;
}
