import type { Index, SearchParams } from "../shared/api";

export interface Query {
  text: string;
  /** as typed */
  k: string;
  reverse: boolean;
  target: SearchParams["target"];
}

export const FIRST_QUERY: Query = {
  text: "",
  k: "25",
  reverse: false,
  target: "dataset",
};

export const MAX_K = 10_000;

/** What is wrong with a typed k; null if nothing. */
export function kProblem(typed: string): string | null {
  const k = Number(typed);
  const fits = /^\s*\d+\s*$/.test(typed) && k >= 1 && k <= MAX_K;
  return fits ? null : "Type a whole number from 1 to 10,000.";
}

/** Why an index can't be searched by text; null if it can. */
export function textProblem(index: Index): string | null {
  if (index.supports_prompts) return null;
  return index.model
    ? `${index.model} can't embed text: search with a selection instead.`
    : "This index has no model that embeds text: search with a selection instead.";
}

/** What Python is asked: by a text, or (null) by what is selected. */
export function searchParams(index: Index, query: Query, text: string | null): SearchParams {
  return {
    brain_key: index.brain_key,
    ...(text === null ? { selected: true } : { text: text.trim() }),
    k: Number(query.k),
    reverse: query.reverse,
    target: query.target,
  };
}
