import { useEffect, useRef, useState } from "react";
import { useApi } from "../api/client";
import type { Hit, SearchResult } from "../api/contract";
import { messageOf } from "../api/errors";

/** As many as `panels/search_payloads.py` gives at once. */
export const PAGE = 100;

/** The hits by their place, those that were looked at; the rest comes when asked for. */
export function useResultPages(result: SearchResult) {
  const api = useApi();
  const [hits, setHits] = useState(() => byPlace(result.hits));
  const [problem, setProblem] = useState<string | null>(null);
  const asked = useRef(new Set([0]));
  const alive = useRef(true);
  useEffect(() => {
    alive.current = true;
    return () => void (alive.current = false);
  }, []);

  /** Sees to it that the hits from a place to another are here. */
  const need = (from: number, to: number) => {
    for (let page = Math.floor(from / PAGE); page * PAGE <= to; page++) {
      const start = page * PAGE;
      if (start >= result.total || asked.current.has(page)) continue;
      asked.current.add(page);
      api.more({ token: result.token, start }).then(
        (more) => {
          if (!alive.current) return;
          setProblem(null);
          setHits((old) => new Map([...old, ...byPlace(more.hits)]));
        },
        (error: unknown) => {
          asked.current.delete(page);
          if (alive.current) setProblem(messageOf(error));
        },
      );
    }
  };
  return { hits, need, problem };
}

function byPlace(hits: Hit[]): Map<number, Hit> {
  return new Map(hits.map((hit) => [hit.rank - 1, hit]));
}
