import type { ShownResult } from "./useSearch";

/** Whether the stages of the grid's view show a result, or its first results after a cut. */
export function showsResult(stages: unknown[], { result }: ShownResult): boolean {
  const last = stages.at(-1) as { _cls?: string; kwargs?: [string, unknown][] } | undefined;
  const { sample_ids, ordered } = Object.fromEntries(last?.kwargs ?? []) as Record<string, unknown>;
  if (last?._cls !== "fiftyone.core.stages.Select" || ordered !== true || !Array.isArray(sample_ids)) return false;
  const ids = result.results.map(({ id }) => id).slice(0, sample_ids.length);
  const sameLength = result.total === 0 ? sample_ids.length === 0 : sample_ids.length > 0;
  return sameLength && sample_ids.length <= result.total && ids.every((id, n) => id === sample_ids[n]);
}
