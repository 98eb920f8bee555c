import * as fos from "@fiftyone/state";
import { useEffect, useRef, useState } from "react";
import { useRecoilValue } from "recoil";
import { useApi, type Index } from "../../../shared/api";
import { useGridRevision } from "../../../shared/useGrid";
import type { Found } from "../../useSearch";

/** A person who filters step by step is asked about once. */
const QUIET_MILLISECONDS = 300;

interface Answer {
  brain_key: string;
  count: number;
}

/**
 * How many samples or patches of an index are in the view that is searched from; null for
 * all. Python is asked when the person has changed the view, not when a search has.
 */
export function useViewCount(index: Index, found: Found | null, busy: boolean): number | null {
  const api = useApi();
  const stages = useRecoilValue(fos.view);
  const filters = useRecoilValue(fos.filters);
  const revision = useGridRevision();
  const ours = found !== null && showsHits(stages);
  const plain = stages.length === 0 && Object.keys(filters ?? {}).length === 0;
  const [answer, setAnswer] = useState<Answer | null>(null);
  const ask = useRef(() => api.view_count({ brain_key: index.brain_key }));
  useEffect(() => {
    ask.current = () => api.view_count({ brain_key: index.brain_key });
  });
  useEffect(() => {
    if (plain || ours || busy) return;
    let stale = false;
    const timer = window.setTimeout(() => {
      ask.current().then(
        ({ count }) => !stale && setAnswer({ brain_key: index.brain_key, count }),
        () => undefined,
      );
    }, QUIET_MILLISECONDS);
    return () => {
      stale = true;
      window.clearTimeout(timer);
    };
  }, [plain, ours, busy, revision, index.brain_key]);
  if (ours && found.result.searched !== null) return found.result.searched;
  return plain || answer?.brain_key !== index.brain_key ? null : answer.count;
}

/** Whether what the grid shows is hits in rank order. */
function showsHits(stages: unknown[]): boolean {
  const last = stages.at(-1) as { _cls?: string; kwargs?: [string, unknown][] } | undefined;
  const ordered = last?.kwargs?.find(([name]) => name === "ordered")?.[1];
  return last?._cls === "fiftyone.core.stages.Select" && ordered === true;
}
