/** What the Search tab asks Python of earlier and saved searches, and what it answers. */
import type { Media } from "./resultContract";
import type { Message, Nothing } from "./sharedContract";

export interface PastSearch {
  id: string;
  label: string;
  /** ISO, UTC */
  at: string;
  results: number | null;
  brain_key: string;
  /** of the first positive sample or patch, if it still exists */
  media: Media | null;
  /** base64 of a JPEG: of an image file that was searched with */
  thumbnail: string | null;
}

/** What may be searched for. */
export interface Suggestions {
  recent: Pick<PastSearch, "id" | "label">[];
  /** names */
  saved: string[];
  /** the most frequent first */
  classes: string[];
}

export interface History {
  searches: PastSearch[];
  total: number;
  /** names */
  saved: string[];
}

export interface HistoryMethods {
  suggestions: { takes: { brain_key: string }; gives: Suggestions };
  /** A page of the searches that were made, or of those with a text in them. */
  search_history: { takes: { skip: number; search?: string }; gives: History };
  /** Deletes a saved search, one of the history, or else all of the history. */
  delete_searches: { takes: { name?: string; id?: string }; gives: Nothing };
  /** Saves the search whose results are shown, or one of the history. */
  save_search: { takes: { token?: string; id?: string; name: string }; gives: Message };
}
