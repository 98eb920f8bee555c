/** What the Search place asks Python, and what it gets. */
import type { Message, Nothing, Scope } from "./sharedContract";

/** Relative x, y, width and height. */
export type Box = [number, number, number, number];

/** What to search with: one of the first seven, read by `searching/terms.py`. */
export interface Term {
  /** in the index: of a sample, or of a label */
  id?: string;
  sample_id?: string;
  /** phrasings, which are averaged */
  text?: string[];
  /** base64 of a file */
  picture?: string;
  crop?: { sample_id: string; box: Box };
  vector?: number[];
  /** ids of the index, which are averaged */
  result?: string[];
  weight?: number;
  unwanted?: boolean;
}

/** What to draw of a sample or a patch. */
export interface Media {
  filepath: string;
  box: Box | null;
  label: string | null;
}

/** A term with what to draw of it; of what is selected, `key` is the id in the grid. */
export interface TermShown {
  key: string;
  term: Term;
  media: Media | null;
}

export interface SearchOptions {
  k: number;
  target: Scope;
  reverse?: boolean;
  exclude_query?: boolean;
  min_score?: number;
  max_score?: number;
  group_by?: string;
  at_least?: number;
  /** another index, whose ranking is merged */
  also?: string;
  score_field?: string;
  where?: Where;
  /** of the index, for this search alone, by Milvus's names */
  search_params?: Record<string, number>;
}

/** Values, any of which will do; or a range, ends included. */
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
  /** what each of several terms says of it */
  terms: number[] | null;
  /** more of why it is a hit, in words */
  notes: string[];
}

/** How many hits there are by score, from the first one's to the last one's. */
export interface Histogram {
  first: number;
  last: number;
  counts: number[];
}

export interface SearchResult {
  brain_key: string;
  /** to ask for more of it with */
  token: string;
  /** the first 100 at most; more come when asked for */
  hits: Result[];
  total: number;
  /** how many were searched; null for the whole index */
  searched: number | null;
  /** how many are in the view that was searched from; null for the whole dataset */
  in_view: number | null;
  /** why there is no result, and what to do; null if there is one */
  why_empty: string | null;
  score: "similarity" | "distance" | "rank";
  milliseconds: number;
  exact: boolean;
  plan: string;
  /** null if all have the same score */
  histogram: Histogram | null;
}

/** A search that was made again, with all that it was made of. */
export interface RerunSearch extends SearchResult {
  chips: TermShown[];
  request: SearchOptions & { brain_key: string; exclude?: string[] };
}

export interface ResultPage {
  hits: Result[];
}

export interface PastSearch {
  id: string;
  label: string;
  /** ISO, UTC */
  at: string;
  hits: number | null;
  brain_key: string;
}

export interface History {
  searches: PastSearch[];
  total: number;
  /** names */
  saved: string[];
}

/** The first `keep` hits of a result. */
export interface KeepParams {
  token: string;
  keep: number;
}

/** The methods of `panels/search_methods.py`. */
export interface SearchMethods {
  search: { takes: SearchParams; gives: SearchResult };
  /** A search of the history, or a saved one. */
  again: { takes: { id?: string; name?: string }; gives: RerunSearch };
  /** The next hits of a result, from a place on; 0 is the best. */
  more: { takes: { token: string; start: number }; gives: ResultPage };
  /** Leaves only the first hits in the grid. */
  cut: { takes: KeepParams; gives: Nothing };
  /** Takes the result out of the grid. */
  clear: { gives: Nothing };
  /** What is selected in the grid, as terms. */
  selection: { takes: { brain_key: string }; gives: { chips: TermShown[] } };
  /** How many samples or patches are in the view that is searched from, and whether the
   * grid shows the results of a search of it. */
  view_count: { takes: { brain_key: string }; gives: { count: number; shows_results: boolean } };
  options: { gives: { group_by: string[] } };
  history: { takes: { skip: number }; gives: History };
  /** Deletes a saved search, or else clears the history. */
  forget: { takes: { name?: string }; gives: Nothing };
  save_search: { takes: { token: string; name: string }; gives: Message };
  save_view: { takes: KeepParams & { name: string }; gives: Message };
  /** Of what is selected in the grid, if anything is, those that are hits. */
  tag: { takes: KeepParams & { tag: string; selection?: string[] }; gives: Message };
}
