/** What the Search place asks Python, and what it gets. */
import type { Nothing } from "../shared/contract";

export interface SearchParams {
  brain_key: string;
  text?: string;
  selected?: true;
  k: number;
  reverse: boolean;
  target: "dataset" | "view";
}

/** Relative x, y, width and height. */
export type Box = [number, number, number, number];

export interface Hit {
  /** what the grid shows: sample id, or label id for a patch index */
  id: string;
  sample_id: string;
  rank: number;
  score: number;
  filepath: string;
  box: Box | null;
  label: string | null;
}

export interface SearchResult {
  brain_key: string;
  /** to ask for more hits with */
  token: string;
  /** the first 100 at most; more come when asked for */
  hits: Hit[];
  total: number;
  score: "similarity" | "distance";
  milliseconds: number;
  exact: boolean;
  plan: string;
}

export interface MoreHits {
  hits: Hit[];
}

/** The methods of `panels/search_methods.py`. */
export interface SearchMethods {
  search: { takes: SearchParams; gives: SearchResult };
  /** The next hits of a result, from a place on; 0 is the best. */
  more: { takes: { token: string; start: number }; gives: MoreHits };
  /** Takes the result out of the grid. */
  clear: { gives: Nothing };
}
