import { useEffect, useState } from "react";
import { useStable } from "./useStable";

interface Answer<T> {
  request: string;
  value: T;
}

/**
 * What `ask` answers to a request, which is asked once it has been the same for a while.
 *
 * @param request tells one request from another; null for none
 * @param delay in milliseconds
 * @returns undefined until the answer is there, and if there is none
 */
export function useDebouncedAnswer<T>(request: string | null, ask: () => Promise<T>, delay: number): T | undefined {
  const [answer, setAnswer] = useState<Answer<T> | null>(null);
  const stableAsk = useStable(ask);
  useEffect(() => {
    if (request === null) return;
    let stale = false;
    const timer = window.setTimeout(() => {
      stableAsk().then(
        (value) => !stale && setAnswer({ request, value }),
        () => undefined,
      );
    }, delay);
    return () => {
      stale = true;
      window.clearTimeout(timer);
    };
  }, [request, stableAsk, delay]);
  return request !== null && answer?.request === request ? answer.value : undefined;
}
