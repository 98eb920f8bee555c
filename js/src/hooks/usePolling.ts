import { useEffect } from "react";
import { useStable } from "./useStable";

export const POLL_MILLISECONDS = 1000;

/** Asks every second while that is wanted, the first time after a second. */
export function usePolling<T>(wanted: boolean, ask: () => Promise<T>, onAnswer: (answer: T) => void) {
  const stableAsk = useStable(ask);
  const stableOnAnswer = useStable(onAnswer);
  useEffect(() => {
    if (!wanted) return;
    let stopped = false;
    let timer = 0;
    const next = () => {
      if (!stopped) timer = window.setTimeout(poll, POLL_MILLISECONDS);
    };
    // a failure needs no message: it is asked again in a second
    const poll = () =>
      stableAsk()
        .then((answer) => {
          if (!stopped) stableOnAnswer(answer);
        }, () => undefined)
        .then(next);
    next();
    return () => {
      stopped = true;
      window.clearTimeout(timer);
    };
  }, [wanted, stableAsk, stableOnAnswer]);
}
