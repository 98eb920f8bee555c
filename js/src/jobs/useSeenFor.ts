import { useEffect, useState } from "react";

/** Whether a person has had some time to see something: while the page is in sight, and `waiting` is true. */
export function useSeenFor(milliseconds: number, waiting: boolean): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (!waiting || seen) return;
    let timer: number | undefined;
    const start = () => {
      window.clearTimeout(timer);
      if (document.visibilityState === "visible") timer = window.setTimeout(() => setSeen(true), milliseconds);
    };
    start();
    document.addEventListener("visibilitychange", start);
    return () => {
      window.clearTimeout(timer);
      document.removeEventListener("visibilitychange", start);
    };
  }, [milliseconds, waiting, seen]);
  return seen;
}
