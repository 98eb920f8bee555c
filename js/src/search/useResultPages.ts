import { useEffect, useRef, useState } from "react";
import { useApi } from "../api/client";
import type { Result, SearchResult } from "../api/contract";
import { messageOf } from "../api/errors";

/** The size of Python's pages (`panels/search_payloads.py`). */
export const PAGE = 100;

/**
 * The results by position: the first page, and the others once they are loaded. Where the
 * same search is given with more results, those from before are shown until they are read again.
 *
 * @param caption the field that tiles show; if it is empty, what the first page came with
 */
export function useResultPages(searchResult: SearchResult, caption = "") {
  const api = useApi();
  const { token } = searchResult;
  const [results, setResults] = useState(() =>
    byPosition(caption ? searchResult.results.map((one) => ({ ...one, caption: "" })) : searchResult.results),
  );
  const [seen, setSeen] = useState(token);
  if (seen !== token) {
    setSeen(token);
    if (!caption) setResults(new Map([...results, ...byPosition(searchResult.results)]));
  }
  const [problem, setProblem] = useState<string | null>(null);
  const asked = useRef(new Set<string>());
  const current = useRef<string | null>(null);
  useEffect(() => {
    current.current = token;
    return () => void (current.current = null);
  }, [token]);

  const read = async (page: number) => {
    const start = page * PAGE;
    const more = await api.next_results({ token, start, ...(caption && { caption }) });
    const found = byPosition(more.results);
    if (current.current === token) setResults((old) => new Map([...old, ...found]));
    return found;
  };

  /** The result at a position, which may have to be loaded. */
  const get = async (position: number) =>
    results.get(position) ?? (await read(Math.floor(position / PAGE))).get(position);

  /** Loads the results from one position to another, unless they are there. */
  const load = (from: number, to: number) => {
    for (let page = Math.floor(from / PAGE); page * PAGE <= to; page++) {
      const name = `${token} ${page}`;
      const came = page === 0 && !caption;
      if (page * PAGE >= searchResult.total || came || asked.current.has(name)) continue;
      asked.current.add(name);
      read(page).then(
        () => current.current === token && setProblem(null),
        (error: unknown) => {
          asked.current.delete(name);
          if (current.current === token) setProblem(messageOf(error));
        },
      );
    }
  };
  return { results, get, load, problem };
}

function byPosition(results: Result[]): Map<number, Result> {
  return new Map(results.map((result) => [result.rank - 1, result]));
}
