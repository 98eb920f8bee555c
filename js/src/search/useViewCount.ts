import { useState } from "react";
import { useApi } from "../api/client";
import type { Index } from "../api/contract";
import { useGrid, type Grid } from "../hooks/appState";
import { useDebouncedAnswer } from "../hooks/useDebouncedAnswer";
import { showsResult } from "./gridResults";
import type { ShownResult } from "./useSearch";

/** A person who filters step by step is asked about once. */
const QUIET_MILLISECONDS = 300;

/** What the person searches from. */
export interface InView {
  /** how many samples or patches of the index are in it; null for all */
  count: number | null;
  /** the grid shows the results of a search */
  showsResults: boolean;
}

interface Known extends InView {
  /** the index and the grid that it is true of */
  of: string;
}

/**
 * What is searched from, of an index and the grid as they are now; undefined while Python
 * is asked, which is when the person has changed the grid and not when a search has.
 */
export function useViewCount(index: Index, shown: ShownResult | null, busy: boolean): InView | undefined {
  const api = useApi();
  const grid = useGrid();
  const { brain_key } = index;
  const of = `${brain_key} ${grid.revision}`;
  const [known, setKnown] = useState<Known | null>(null);
  const remembered = withoutAsking(grid, shown) ?? (known?.of === of ? known : undefined);
  const answer = useDebouncedAnswer(
    remembered === undefined && !busy ? of : null,
    () => api.view_count({ brain_key }),
    QUIET_MILLISECONDS,
  );
  const inView = remembered ?? (answer && { count: answer.count, showsResults: answer.shows_results });
  // also while the next result is here and the grid still shows the old view
  if (inView && known?.of !== of) setKnown({ ...inView, of });
  return inView;
}

/** What needs no question: the whole dataset, and what the search in the grid answered. */
function withoutAsking(grid: Grid, shown: ShownResult | null): InView | undefined {
  if (grid.filtered) return undefined;
  if (grid.stages.length === 0) return { count: null, showsResults: false };
  if (shown && showsResult(grid.stages, shown)) return { count: shown.result.in_view, showsResults: true };
  return undefined;
}
