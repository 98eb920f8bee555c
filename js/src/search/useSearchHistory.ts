import { useEffect, useState } from "react";
import { useApi } from "../api/client";
import type { History, PastSearch } from "../api/contract";
import { useCall } from "../api/useCall";
import { useStable } from "../hooks/useStable";

/** A person who types is asked about once. */
const QUIET_MILLISECONDS = 300;
/** Of a saved search's name (`dataset/names.py`). */
const LONGEST_NAME = 100;

/** A name like a label that isn't in use. */
export function freeName(label: string, used: string[]): string {
  const names = [label.slice(0, LONGEST_NAME)];
  for (let n = 2; used.includes(names[0]); n++) names[0] = `${label.slice(0, LONGEST_NAME - 6)} (${n})`;
  return names[0];
}

/** The searches that were made, the latest first, page after page, or those with a text in them; and the saved ones. */
export function useSearchHistory() {
  const api = useApi();
  const reading = useCall();
  const changing = useCall();
  const [history, setHistory] = useState<History | null>(null);
  const [text, setText] = useState("");

  const read = useStable((before: History | null) =>
    reading.run(() => api.search_history({ skip: before?.searches.length ?? 0, ...(text && { search: text }) }), (next) =>
      setHistory({ ...next, searches: [...(before?.searches ?? []), ...next.searches] }),
    ),
  );
  useEffect(() => {
    const timer = window.setTimeout(read, text ? QUIET_MILLISECONDS : 0, null);
    return () => window.clearTimeout(timer);
  }, [read, text]);

  // each change is shown, whatever was asked for meanwhile
  const change = (call: () => Promise<unknown>, next: (old: History) => Partial<History>) =>
    changing.run(() => call().then(() => setHistory((old) => old && { ...old, ...next(old) })));

  return {
    history,
    busy: reading.busy || changing.busy,
    problem: reading.problem ?? changing.problem,
    text,
    /** Lists those with a text in them. */
    find: setText,
    more: () => read(history),
    /** Saves a search under its label, so that it stays. */
    pin: ({ id, label }: PastSearch) => {
      const name = freeName(label, history?.saved ?? []);
      change(() => api.save_search({ id, name }), ({ saved }) => ({ saved: [...saved, name].sort() }));
    },
    /** Deletes a search of the history. */
    forget: (id: string) =>
      change(() => api.delete_searches({ id }), ({ searches, total }) => ({
        searches: searches.filter((each) => each.id !== id),
        total: total - 1,
      })),
    forgetSaved: (name: string) =>
      change(() => api.delete_searches({ name }), ({ saved }) => ({ saved: saved.filter((each) => each !== name) })),
    /** Deletes all that were made; saved ones stay. */
    clear: () => change(() => api.delete_searches({}), () => ({ searches: [], total: 0 })),
  };
}
