import { useContext, useEffect, useRef, type RefObject } from "react";
import { ScrollContext } from "./ScrollContext";
import { useStable } from "./useStable";

/** It counts as in sight a little before: what has the focus above it may leave it just below. */
const MARGIN = "0px 0px 100px";

interface Options {
  watch: boolean;
  /** it is called once that is over */
  busy: boolean;
  onReached: () => void;
}

/**
 * Calls `onReached` once each time that an element comes into sight in what the panel scrolls
 * in; not for one that is in sight from the start, or stays there.
 */
export function useScrolledTo(element: RefObject<Element>, { watch, busy, onReached }: Options) {
  const scroller = useContext(ScrollContext);
  const due = useRef(false);
  const call = useStable(() => {
    if (!due.current || busy) return;
    due.current = false;
    onReached();
  });
  useEffect(() => {
    if (!watch || !element.current) return;
    let inSight = true;
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting } of entries) {
          due.current = isIntersecting && (due.current || !inSight);
          inSight = isIntersecting;
        }
        call();
      },
      { root: scroller.current, rootMargin: MARGIN },
    );
    observer.observe(element.current);
    return () => {
      observer.disconnect();
      due.current = false;
    };
  }, [element, scroller, watch, call]);
  useEffect(call, [call, busy]);
}
