/** What the Find tab asks Python, and what it answers. */
import type { Media } from "./resultContract";
import type { Nothing, Scope } from "./sharedContract";

/** What each of the operators that find something takes. */
export interface FindParams {
  brain_key: string;
  scope: Scope;
}

export interface FoundDuplicates {
  message: string;
  /** how many groups there are, listed or not */
  count: number;
  /** the largest first; of each, the representative first and then by distance to it */
  groups: { size: number; ids: string[]; sample_ids: string[]; dists: number[] }[];
}

export interface FoundLeaks {
  message: string;
  total: number;
  /** the nearest first */
  leaks: { ids: string[]; sample_ids: string[]; splits: string[]; dist: number }[];
}

export interface FoundOutliers {
  message: string;
  total: number;
  /** the most suspicious first */
  outliers: {
    id: string;
    sample_id: string;
    label: string;
    suggested: string;
    /** the fraction of the neighbors that disagree */
    score: number;
    neighbors: { id: string; sample_id: string; label: string; dist: number }[];
  }[];
}

export interface FoundUnique {
  message: string;
  /** the most unique first, with the distance of each to its nearest neighbor */
  ids: string[];
  sample_ids: string[];
  dists: number[];
}

export interface FoundDuplicatesInDataset {
  message: string;
  total: number;
  other_dataset: string;
  other_key: string;
  /** the nearest first */
  matches: { id: string; sample_id: string; other_id: string; other_sample_id: string; dist: number }[];
}

/** A sample or patch that was found. */
export interface FoundItem extends Media {
  id: string;
  tags: string[];
}

export interface FindOptions {
  /** of samples */
  tags: string[];
  split_fields: string[];
  label_fields: string[];
  other_datasets: string[];
  /** the indexes of the other dataset that is chosen */
  other_keys: string[];
}

/** What was decided of a group of what was found. */
export interface FoundDecision {
  group: number;
  /** null if none was given */
  tag: string | null;
  /** null if none was corrected */
  label: string | null;
  /** the member that was kept */
  keep: number | null;
  /** how many got the tag or the label */
  changed: number;
  /** the tag marks them for deletion */
  deletion: boolean;
  /** how many of them were deleted */
  deleted: number;
}

export interface Decide {
  operator: string;
  found_id: string;
  action: "tag" | "mark" | "relabel" | "leave" | "undo";
  groups: number[];
  /** the member to keep of each group, where one is kept */
  keeps: number[];
  tag?: string;
}

/** What is marked for deletion in the review of what an operator found, and is deleted with its `plan_id`. */
export interface MarkedPlan {
  plan_id: string;
  brain_key: string;
  patches_field: string | null;
  ids: string[];
  sample_ids: string[];
  /** what is deleted, or was */
  message: string;
}

/** What an operator found; null if it didn't end. */
export interface FindResult {
  operator: string | null;
  found: Record<string, unknown> | null;
  decisions: FoundDecision[];
}

/** The methods of `panels/find_tab.py`. */
export interface FindMethods {
  /** With another dataset, its indexes; those of the first there is if it isn't there. */
  find_options: { takes: { brain_key: string; other_dataset?: string }; gives: FindOptions };
  /** What an operator found when it last ran; without one, what was found last. */
  find_result: { takes: { operator?: string }; gives: FindResult };
  /** The images of ids of the index, and of their samples; of another dataset's index, if it is named. */
  found_items: {
    takes: { brain_key: string; ids: string[]; sample_ids: string[]; other_dataset?: string };
    gives: { items: FoundItem[] };
  };
  /** Decides about groups, or takes that back; gives what is decided of them then. */
  decide_found: { takes: Decide; gives: { decisions: FoundDecision[] } };
  show_found: { takes: { brain_key: string; ids: string[] }; gives: Nothing };
}

/** The operators that find something: long jobs, whose results are reviewed in the Find tab. */
export interface FindOperators {
  find_duplicates: { takes: FindParams & { thresh: number }; gives: FoundDuplicates };
  find_leaks: { takes: FindParams & { thresh: number; tags?: string; field?: string }; gives: FoundLeaks };
  find_label_outliers: {
    takes: FindParams & { label_field: string; k: number; min_score: number };
    gives: FoundOutliers;
  };
  find_unique: { takes: FindParams & { count: number }; gives: FoundUnique };
  find_duplicates_in_dataset: {
    takes: FindParams & { thresh: number; other_dataset: string; other_key: string };
    gives: FoundDuplicatesInDataset;
  };
}

/** The operators with which a review ends. */
export interface ReviewOperators {
  /** Deletes nothing without the id of a plan. */
  delete_marked: { takes: { operator: string; dry_run: boolean; plan_id?: string }; gives: MarkedPlan };
}
