import { usePanelStatePartial } from "@fiftyone/spaces";
import { useRef, useState } from "react";
import { messageOf, useApi, type Index, type SearchResult } from "../shared/api";
import { FIRST_QUERY, searchParams, type Query } from "./query";

interface Found {
  dataset: string;
  result: SearchResult;
}

/** The query, its result and its error. Query and result outlive the panel's mounting. */
export function useSearch(dataset: string, index: Index) {
  const api = useApi();
  const [query, setQuery] = usePanelStatePartial<Query>("milvus_query", FIRST_QUERY, true);
  const [found, setFound] = usePanelStatePartial<Found | null>("milvus_found", null, true);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const calls = useRef(0);

  /** Awaits a call; only the newest may change what is shown. */
  const run = <T>(call: Promise<T>, show: (answer: T) => void) => {
    const mine = ++calls.current;
    const newest = () => mine === calls.current;
    setBusy(true);
    setProblem(null);
    call
      .then(
        (answer) => newest() && show(answer),
        (error: unknown) => newest() && setProblem(messageOf(error)),
      )
      .finally(() => newest() && setBusy(false));
  };

  const current = found?.dataset === dataset && found.result.brain_key === index.brain_key;
  return {
    query,
    change: (part: Partial<Query>) => setQuery({ ...query, ...part }),
    result: current ? found.result : null,
    busy,
    problem,
    /** By a text, or (null) by what is selected in the grid. */
    search: (text: string | null) =>
      run(api.search(searchParams(index, query, text)), (result) => setFound({ dataset, result })),
    /** The next hits of the list. */
    more: () => {
      if (!current) return;
      const { result } = found;
      run(api.more({ token: result.token, start: result.hits.length }), ({ hits }) =>
        setFound({ dataset, result: { ...result, hits: [...result.hits, ...hits] } }),
      );
    },
    clear: () => run(api.clear(), () => setFound(null)),
  };
}

export type Search = ReturnType<typeof useSearch>;
