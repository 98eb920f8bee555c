import { useEffect } from "react";
import { useStable } from "./useStable";

/** Calls back when the person returns to this window. */
export function useWindowFocus(onFocus: () => void) {
  const stable = useStable(onFocus);
  useEffect(() => {
    window.addEventListener("focus", stable);
    return () => window.removeEventListener("focus", stable);
  }, [stable]);
}
