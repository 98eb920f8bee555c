/** What the Search tab asks Python, and what it answers. */
import type { Message, Nothing, Scope } from "./sharedContract";

/** Relative x, y, width and height. */
export type Box = [number, number, number, number];

/** What to search with: one of the first seven, read by `search/query.py`. */
export interface Term {
  /** in the index: of a sample, or of a label */
  id?: string;
  sample_id?: string;
  /** phrasings, which are averaged */
  text?: string[];
  /** base64 of a file */
  image?: string;
  crop?: { sample_id: string; box: Box };
  vector?: number[];
  /** ids of the index, which are averaged */
  result_ids?: string[];
  weight?: number;
  negative?: boolean;
}

/** The image of a sample or a patch. */
export interface Media {
  filepath: string;
  box: Box | null;
  label: string | null;
}

/** A term with its image; for a selected sample or patch, `key` is the id in the grid. */
export interface TermShown {
  key: string;
  term: Term;
  media: Media | null;
}

export interface SearchOptions {
  k: number;
  scope: Scope;
  reverse?: boolean;
  exclude_query?: boolean;
  min_score?: number;
  max_score?: number;
  group_by?: string;
  min_matches?: number;
  /** another index, whose ranking is combined by reciprocal rank fusion */
  fuse_with?: string;
  score_field?: string;
  where?: Where;
  /** of the index, for this search alone, by Milvus's names */
  search_params?: Record<string, number>;
}

/** Values, any of which matches; or a range, ends included. */
export type Condition = (string | number | boolean)[] | { min?: number; max?: number };

/** By field; all must be fulfilled. */
export type Where = Record<string, Condition>;

export interface SearchParams extends SearchOptions {
  brain_key: string;
  query: { terms: Term[] };
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

/** A search that was run again, with its whole query and options. */
export interface RerunSearch extends SearchResult {
  chips: TermShown[];
  request: SearchOptions & { brain_key: string; exclude?: string[] };
}

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

/** The first `keep` results of a search. */
export interface KeepParams {
  token: string;
  keep: number;
}

export interface Tagged extends Message {
  /** ids of those that the tag was added to, or removed from */
  changed: string[];
}

/** The methods of `panels/search_tab.py`. */
export interface SearchMethods {
  search: { takes: SearchParams; gives: SearchResult };
  /** A search of the history, or a saved one. */
  rerun_search: { takes: { id?: string; name?: string }; gives: RerunSearch };
  /** A page of results, from a position on; 0 is the best. */
  next_results: { takes: { token: string; start: number; caption?: string }; gives: ResultPage };
  /** The fields that `next_results` takes as captions. */
  caption_fields: { takes: { token: string }; gives: { fields: string[] } };
  /** The same search with more results. */
  more_results: { takes: { token: string }; gives: SearchResult };
  /** Which of the first results pass the sidebar's filters, by position. */
  results_in_grid: { takes: KeepParams; gives: { positions: number[] } };
  /** A sentence if even the best result is no nearer than random pairs of the index. */
  closeness: { takes: { token: string }; gives: { message: string | null } };
  /** The scores of the whole index; null where they aren't comparable with the results'. */
  score_background: { takes: { token: string }; gives: { background: Background | null } };
  /** The same search of another index, or an earlier search, beside a result. */
  compare_results: { takes: { token: string; other?: string; id?: string }; gives: Comparison };
  /** Keeps only the first results in the grid. */
  keep_results: { takes: KeepParams; gives: Nothing };
  /** Removes the results from the grid. */
  clear_results: { gives: Nothing };
  /** What is selected in the grid, as terms. */
  selection: { takes: { brain_key: string }; gives: { chips: TermShown[] } };
  /** How many samples or patches are in the view that is searched from, and whether the
   * grid shows the results of a search of it. */
  view_count: { takes: { brain_key: string }; gives: { count: number; shows_results: boolean } };
  search_options: { gives: { group_by: string[] } };
  save_view: { takes: KeepParams & { name: string }; gives: Message };
  /** Tags results, or removes the tag: of those that are selected, if any are. */
  tag_results: {
    takes: KeepParams & { tag: string; selection?: string[]; remove?: boolean };
    gives: Tagged;
  };
  /** The tags that there are already. */
  tags: { takes: { token: string }; gives: { tags: string[] } };
}
