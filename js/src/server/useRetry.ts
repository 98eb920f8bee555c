import { useEffect, useState } from "react";

const FIRST_SECONDS = 5;
const LAST_SECONDS = 60;

/** How long to wait before a try, doubled each time up to a minute. */
export function wait(tries: number): number {
  return Math.min(LAST_SECONDS, FIRST_SECONDS * 2 ** tries);
}

/**
 * Tries again while something is `down`, ever more rarely.
 *
 * @returns the seconds until the next try; null while nothing is down, or it is tried
 */
export function useRetry(down: boolean, trying: boolean, retry: () => void): number | null {
  const [tries, setTries] = useState(0);
  const [left, setLeft] = useState(FIRST_SECONDS);
  const waiting = down && !trying;
  useEffect(() => {
    if (!waiting) return;
    let seconds = wait(tries);
    const tick = () => {
      setLeft(seconds);
      if (seconds > 0) seconds -= 1;
      else {
        setTries(tries + 1);
        retry();
      }
    };
    tick();
    const timer = window.setInterval(tick, 1000);
    return () => window.clearInterval(timer);
  }, [waiting, tries, retry]);
  const [wasDown, setWasDown] = useState(down);
  if (wasDown !== down) {
    setWasDown(down);
    setTries(0);
  }
  return waiting ? left : null;
}
