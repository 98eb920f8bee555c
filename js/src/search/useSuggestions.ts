import { useState } from "react";
import { useApi } from "../api/client";
import type { Index, Suggestions } from "../api/contract";
import { useDebouncedAnswer } from "../hooks/useDebouncedAnswer";

export interface Suggestion {
  kind: "recent" | "saved" | "class";
  label: string;
  /** of a search of the history */
  id?: string;
}

/** Of each kind, so that none hides the others. */
const MOST = 4;
const EXAMPLES = 3;

/** What may be searched for, of what has a text in it: searches again, or the name of a class. */
export function matching(all: Suggestion[], typed: string): Suggestion[] {
  const text = typed.trim().toLocaleLowerCase();
  const left = { recent: MOST, saved: MOST, class: MOST };
  // nothing is said about what was typed in full
  const fits = (label: string) => label.toLocaleLowerCase().includes(text) && label.toLocaleLowerCase() !== text;
  return all.filter(({ kind, label }) => fits(label) && left[kind]-- > 0);
}

function listed({ recent, saved, classes }: Suggestions): Suggestion[] {
  return [
    ...saved.map((label) => ({ kind: "saved" as const, label })),
    ...recent.map(({ id, label }) => ({ kind: "recent" as const, label, id })),
    ...classes.map((label) => ({ kind: "class" as const, label })),
  ];
}

/**
 * What may be searched for in an index, asked for when `ask` is called, unless nothing was
 * searched for since.
 *
 * @param atOnce whether it is wanted from the start
 * @param made changes when a search was made
 */
export function useSuggestions(index: Index, atOnce: boolean, made: string) {
  const api = useApi();
  const { brain_key } = index;
  const [after, setAfter] = useState<string | null>(null);
  const answer = useDebouncedAnswer(
    after !== null || atOnce ? `${brain_key} ${after ?? ""}` : null,
    () => api.suggestions({ brain_key }),
    0,
  );
  const text = index.supports_prompts;
  return {
    all: answer ? listed(answer).filter(({ kind }) => text || kind !== "class") : [],
    /** classes to begin with */
    examples: text ? (answer?.classes ?? []).slice(0, EXAMPLES) : [],
    ask: () => setAfter(made),
  };
}

export type SuggestionList = ReturnType<typeof useSuggestions>;
