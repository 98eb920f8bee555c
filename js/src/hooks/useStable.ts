import { useCallback, useEffect, useRef } from "react";

/** The newest of a callback as one that never changes, so that what gets it isn't drawn anew. */
export function useStable<Args extends unknown[], Result>(newest: (...args: Args) => Result) {
  const kept = useRef(newest);
  useEffect(() => {
    kept.current = newest;
  });
  return useCallback((...args: Args) => kept.current(...args), []);
}
