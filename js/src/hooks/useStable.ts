import { useCallback, useEffect, useRef } from "react";

/** A function that never changes and calls the newest one, so that what gets it isn't rendered again. */
export function useStable<Args extends unknown[], Result>(newest: (...args: Args) => Result) {
  const latest = useRef(newest);
  useEffect(() => {
    latest.current = newest;
  });
  return useCallback((...args: Args) => latest.current(...args), []);
}
