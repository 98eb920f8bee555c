import { useEffect, useRef, useState } from "react";
import { useApi } from "../api/client";
import type { Result, SearchResult } from "../api/contract";
import { messageOf } from "../api/errors";

/** The size of Python's pages (`panels/search_payloads.py`). */
export const PAGE = 100;

/**
 * The results by position: the first page, and the others once they are loaded.
 *
 * @param caption the field that tiles show; if it is empty, what the first page came with
 */
export function useResultPages(searchResult: SearchResult, caption = "") {
  const api = useApi();
  const [results, setResults] = useState(() =>
    byPosition(caption ? searchResult.results.map((one) => ({ ...one, caption: "" })) : searchResult.results),
  );
  const [problem, setProblem] = useState<string | null>(null);
  const asked = useRef(new Set(caption ? [] : [0]));
  const alive = useRef(true);
  useEffect(() => {
    alive.current = true;
    return () => void (alive.current = false);
  }, []);

  /** Loads the results from one position to another, unless they are there. */
  const load = (from: number, to: number) => {
    for (let page = Math.floor(from / PAGE); page * PAGE <= to; page++) {
      const start = page * PAGE;
      if (start >= searchResult.total || asked.current.has(page)) continue;
      asked.current.add(page);
      api.next_results({ token: searchResult.token, start, ...(caption && { caption }) }).then(
        (more) => {
          if (!alive.current) return;
          setProblem(null);
          setResults((old) => new Map([...old, ...byPosition(more.results)]));
        },
        (error: unknown) => {
          asked.current.delete(page);
          if (alive.current) setProblem(messageOf(error));
        },
      );
    }
  };
  return { results, load, problem };
}

function byPosition(results: Result[]): Map<number, Result> {
  return new Map(results.map((result) => [result.rank - 1, result]));
}
