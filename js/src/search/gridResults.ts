import type { SearchResult } from "../api/contract";
import type { Chip } from "./chips";

export interface ShownResult {
  dataset: string;
  result: SearchResult;
  /** the chips that were searched with */
  chips: Chip[];
  /** how many of the results, the best first, are in the grid */
  keep: number;
  /** the chips and options that were searched with, to compare the query with */
  asked: string;
}

/** The same for a search and for the same search with more results. */
export const searchOf = ({ result }: ShownResult): string => result.history_id ?? result.token;

/** How many of a result, the first ones, the stages of the grid's view show; null if they show something else. */
export function shownCount(stages: unknown[], { result }: ShownResult): number | null {
  const last = stages.at(-1) as { _cls?: string; kwargs?: [string, unknown][] } | undefined;
  const { sample_ids, ordered } = Object.fromEntries(last?.kwargs ?? []) as Record<string, unknown>;
  if (last?._cls !== "fiftyone.core.stages.Select" || ordered !== true || !Array.isArray(sample_ids)) return null;
  const ids = result.results.map(({ id }) => id).slice(0, sample_ids.length);
  const sameLength = result.total === 0 ? sample_ids.length === 0 : sample_ids.length > 0;
  const shows = sameLength && sample_ids.length <= result.total && ids.every((id, n) => id === sample_ids[n]);
  return shows ? sample_ids.length : null;
}

/** Whether they show a result, or its first results after a cut. */
export const showsResult = (stages: unknown[], shown: ShownResult) => shownCount(stages, shown) !== null;
