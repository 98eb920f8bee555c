import { useEffect, useRef } from "react";

/** Calls back when the person returns to this window. */
export function useWindowFocus(onReturn: () => void) {
  const latest = useRef(onReturn);
  useEffect(() => {
    latest.current = onReturn;
  });
  useEffect(() => {
    const returned = () => latest.current();
    window.addEventListener("focus", returned);
    return () => window.removeEventListener("focus", returned);
  }, []);
}
