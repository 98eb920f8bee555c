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

  const read = async (page: number) => {
    const start = page * PAGE;
    const more = await api.next_results({ token: searchResult.token, start, ...(caption && { caption }) });
    const found = byPosition(more.results);
    if (alive.current) setResults((old) => new Map([...old, ...found]));
    return found;
  };

  /** The result at a position, which may have to be loaded. */
  const get = async (position: number) =>
    results.get(position) ?? (await read(Math.floor(position / PAGE))).get(position);

  /** Loads the results from one position to another, unless they are there. */
  const load = (from: number, to: number) => {
    for (let page = Math.floor(from / PAGE); page * PAGE <= to; page++) {
      if (page * PAGE >= searchResult.total || asked.current.has(page)) continue;
      asked.current.add(page);
      read(page).then(
        () => alive.current && setProblem(null),
        (error: unknown) => {
          asked.current.delete(page);
          if (alive.current) setProblem(messageOf(error));
        },
      );
    }
  };
  return { results, get, load, problem };
}

function byPosition(results: Result[]): Map<number, Result> {
  return new Map(results.map((result) => [result.rank - 1, result]));
}
