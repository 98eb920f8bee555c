/** What the Search tab asks Python, and what it answers. */
import type { Background, Box, Comparison, Media, Result, ResultPage, SearchResult } from "./resultContract";
import type { Message, Nothing, Scope } from "./sharedContract";

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

/** Which search to run again. */
export interface RerunParams {
  id?: string;
  name?: string;
  /** writes no scores, and adds nothing to the history */
  restore?: boolean;
  /** how many of the results are in the grid, of a search that is restored; all by default */
  keep?: number;
  /** they are in the grid already */
  in_grid?: boolean;
}

/** A search that was run again, with its whole query and options. */
export interface RerunSearch extends SearchResult {
  chips: TermShown[];
  request: SearchOptions & { brain_key: string; exclude?: string[] };
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
  rerun_search: { takes: RerunParams; gives: RerunSearch };
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
  /** What is open in FiftyOne's modal, as a term, and the result that it is. */
  opened_item: {
    takes: { token: string; brain_key: string; id: string };
    gives: { chip: TermShown | null; result: Result | null };
  };
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
