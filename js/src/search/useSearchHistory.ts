import { useEffect, useRef, useState } from "react";
import { useApi } from "../api/client";
import type { History } from "../api/contract";
import { useCall } from "../api/useCall";

/** The searches that were made, the latest first, page after page; and the saved ones. */
export function useSearchHistory() {
  const api = useApi();
  const { busy, problem, run } = useCall();
  const [history, setHistory] = useState<History | null>(null);

  const read = (before: History | null) =>
    run(() => api.search_history({ skip: before?.searches.length ?? 0 }), (next) =>
      setHistory({ ...next, searches: [...(before?.searches ?? []), ...next.searches] }),
    );
  const first = useRef(read);
  useEffect(() => first.current(null), []);

  return {
    history,
    busy,
    problem,
    more: () => read(history),
    /** A saved search by its name, or else all that were made. */
    forget: (name?: string) =>
      run(() => api.delete_searches(name === undefined ? {} : { name }), () => {
        if (!history) return;
        setHistory(
          name === undefined
            ? { ...history, searches: [], total: 0 }
            : { ...history, saved: history.saved.filter((saved) => saved !== name) },
        );
      }),
  };
}
