import { useVirtualizer } from "@tanstack/react-virtual";
import { useContext, useEffect, useLayoutEffect, useRef, useState, type RefObject } from "react";
import { ScrollContext } from "../hooks/ScrollContext";

const GAP = 8;
const UNMEASURED = -1;
/** The line of rank and score, and the border. */
const LINES = 24;
/** Rows beyond those in sight. */
const OVERSCAN = 2;

/**
 * Where each tile of a grid goes that scrolls with the panel, and which are to be items.
 *
 * @param narrowest how wide a tile is at least, in pixels
 */
export function useGridLayout(list: RefObject<HTMLElement>, count: number, narrowest: number) {
  const scroller = useContext(ScrollContext);
  const [{ width, top }, setBox] = useState({ width: 320, top: UNMEASURED });
  const columns = Math.max(1, Math.floor((width + GAP) / (narrowest + GAP)));
  const side = (width - GAP * (columns - 1)) / columns;
  const height = side + LINES;

  useLayoutEffect(() => {
    const element = list.current;
    const scrolled = scroller.current;
    if (!element || !scrolled) return;
    const measure = () => {
      const box = element.getBoundingClientRect();
      const next = {
        width: Math.floor(box.width) || 320,
        top: Math.round(box.top - scrolled.getBoundingClientRect().top + scrolled.scrollTop),
      };
      setBox((old) => (old.width === next.width && old.top === next.top ? old : next));
    };
    measure();
    // what stands above may grow, too
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    if (scrolled.firstElementChild) observer.observe(scrolled.firstElementChild);
    return () => observer.disconnect();
  }, [list, scroller]);

  // in a low window the first row would be out of sight
  const revealed = useRef(false);
  useLayoutEffect(() => {
    const scrolled = scroller.current;
    if (!scrolled || top === UNMEASURED || revealed.current) return;
    revealed.current = true;
    const hidden = top + height - scrolled.clientHeight - scrolled.scrollTop;
    if (hidden > 0) scrolled.scrollTop = Math.min(scrolled.scrollTop + hidden, top);
  }, [scroller, top, height]);

  // what can be seen is items first, and in sight before others are rendered
  const [overscan, setOverscan] = useState(0);
  useEffect(() => {
    let timer = 0;
    const frame = requestAnimationFrame(() => (timer = window.setTimeout(() => setOverscan(OVERSCAN), 0)));
    return () => {
      cancelAnimationFrame(frame);
      window.clearTimeout(timer);
    };
  }, []);

  // eslint-disable-next-line react-hooks/incompatible-library -- the compiler isn't used
  const rows = useVirtualizer({
    count: Math.ceil(count / columns),
    getScrollElement: () => scroller.current,
    estimateSize: () => height + GAP,
    overscan,
    scrollMargin: Math.max(0, top),
  });
  const { measure } = rows;
  useEffect(() => measure(), [measure, height, columns]);

  const items = rows.getVirtualItems();
  const first = (items[0]?.index ?? 0) * columns;
  const last = Math.min(count, ((items.at(-1)?.index ?? -1) + 1) * columns) - 1;
  return {
    columns,
    first,
    last,
    height: rows.getTotalSize(),
    /** Where the tile of a position goes. */
    tile: (position: number) => ({
      left: (position % columns) * (side + GAP),
      top: Math.floor(position / columns) * (height + GAP),
      width: side,
      height,
    }),
    show: (position: number) => rows.scrollToIndex(Math.floor(position / columns)),
  };
}
