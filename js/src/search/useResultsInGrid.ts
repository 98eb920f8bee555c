import { useState } from "react";
import { useApi } from "../api/client";
import { useGrid } from "../hooks/appState";
import { useDebouncedAnswer } from "../hooks/useDebouncedAnswer";
import { showsResult } from "./gridResults";
import type { ShownResult } from "./useSearch";

/** A person who filters step by step is asked about once. */
const QUIET_MILLISECONDS = 300;

export interface ResultsInGrid {
  /** those that the grid shows, by position; null for all that are kept */
  positions: number[] | null;
  /** the grid showed them, and shows something else now */
  elsewhere: boolean;
}

/** What the grid shows of a result, whose sidebar may filter it. */
export function useResultsInGrid(shown: ShownResult): ResultsInGrid {
  const api = useApi();
  const grid = useGrid();
  const { keep } = shown;
  const { token } = shown.result;
  const isShown = showsResult(grid.stages, shown);
  // right after a search the grid still shows what was there before
  const [seen, setSeen] = useState<string | null>(null);
  if (isShown && seen !== token) setSeen(token);
  const answer = useDebouncedAnswer(
    isShown && grid.filtered ? `${token} ${keep} ${grid.revision}` : null,
    () => api.results_in_grid({ token, keep }),
    QUIET_MILLISECONDS,
  );
  // until the next answer is here, the last one is shown
  const [last, setLast] = useState<{ of: string; positions: number[] } | null>(null);
  const of = `${token} ${keep}`;
  if (answer && last?.positions !== answer.positions) setLast({ of, positions: answer.positions });
  const filtered = isShown && grid.filtered && last?.of === of && last.positions.length < keep;
  return { positions: filtered ? last.positions : null, elsewhere: seen === token && !isShown };
}
