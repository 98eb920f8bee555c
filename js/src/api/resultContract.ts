/** What a search returns, as Python describes it. */

/** Relative x, y, width and height. */
export type Box = [number, number, number, number];

/** The image of a sample or a patch. */
export interface Media {
  filepath: string;
  box: Box | null;
  label: string | null;
}

export interface Result extends Media {
  /** what the grid shows: sample id, or label id for a patch index */
  id: string;
  sample_id: string;
  rank: number;
  score: number;
  /** the score of each of several terms */
  term_scores: number[] | null;
  tags: string[];
  /** further sentences on why it is a result */
  notes: string[];
  /** the value of the field that was asked for; else a patch's label, or the name of the file */
  caption: string;
  /** of an image that was found by its objects, the boxes of these */
  objects: Box[];
  /** the query names it, so that it is no discovery */
  is_query: boolean;
}

/** How many results there are by score, from the first one's to the last one's, without the query's own rows. */
export interface Histogram {
  first: number;
  last: number;
  counts: number[];
  /** how many of all results end with each bin */
  ends: number[];
  /** how many results are before a clear gap between two scores; null without one */
  gap: number | null;
}

/** The scores of a sample of the index, in the bins of the histogram and in further ones. */
export interface Background {
  /** the score at which the further bins end */
  last: number;
  within: number[];
  beyond: number[];
}

export interface SearchResult {
  brain_key: string;
  /** identifies it in later calls */
  token: string;
  /** identifies the search in the history; null for one that goes on with another */
  history_id: string | null;
  /** the first 100 at most; `next_results` has the others */
  results: Result[];
  total: number;
  /** how many were searched; null for the whole index */
  searched: number | null;
  /** how many are in the view that was searched from; null for the whole dataset */
  in_view: number | null;
  /** how many more the same search may be asked for */
  further: number;
  /** null if there is a result */
  empty: Empty | null;
  score: "similarity" | "distance" | "rank";
  milliseconds: number;
  exact: boolean;
  plan: string;
  /** null if all have the same score */
  histogram: Histogram | null;
}

/** Why there is no result, and what to do; without these limits there are results. */
export interface Empty {
  reason: string;
  limits: Limit[];
}

export type Limit = "score" | "filter" | "objects" | "exclude" | "view";

export interface ResultPage {
  results: Result[];
}

/** A result in one of two rankings that are compared. */
export interface Compared extends Media {
  id: string;
  rank: number;
  /** null where it isn't among those of the other */
  other_rank: number | null;
  caption: string;
}

/** The first results of two rankings side by side. */
export interface Comparison {
  /** the share of the shorter one's results that both have */
  overlap: number;
  first: Compared[];
  second: Compared[];
}
