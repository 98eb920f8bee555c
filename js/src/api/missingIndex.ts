import { useEffect } from "react";

/** Errors that say that an index isn't there: by the library's codes, and its classes. */
const GONE = ["no_index", "UnknownIndex", "collection", "CollectionError"];
const news = new EventTarget();

/** Tells those who show indexes, if an error says that one isn't there. */
export function reportMissingIndex(code: string) {
  if (GONE.includes(code)) news.dispatchEvent(new Event("gone"));
}

/** Calls back when an error said that an index isn't there. */
export function useMissingIndex(onGone: () => void) {
  useEffect(() => {
    news.addEventListener("gone", onGone);
    return () => news.removeEventListener("gone", onGone);
  }, [onGone]);
}
