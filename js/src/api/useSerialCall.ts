import { useRef } from "react";
import { useCall } from "./useCall";

/** As `useCall`, one call at a time: of those that are asked for while one runs, the newest follows it. */
export function useSerialCall() {
  const running = useRef(false);
  const next = useRef<(() => void) | null>(null);
  const { run, busy, problem } = useCall(() => {
    const start = next.current;
    running.current = false;
    next.current = null;
    start?.();
  });
  return {
    busy,
    problem,
    run: <T>(call: () => Promise<T>, onDone?: (answer: T) => void) => {
      const start = () => {
        running.current = true;
        run(call, onDone);
      };
      if (running.current) next.current = start;
      else start();
    },
  };
}
