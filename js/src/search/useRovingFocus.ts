import { useEffect, useRef, useState, type KeyboardEvent } from "react";

interface Options {
  count: number;
  columns: number;
  show: (position: number) => void;
}

/** Which tile the Tab key reaches; the arrow keys go to others, also to those out of sight. */
export function useRovingFocus({ count, columns, show }: Options) {
  const [active, setActive] = useState(0);
  const moved = useRef(false);
  const list = useRef<HTMLElement | null>(null);
  useEffect(() => {
    if (!moved.current) return;
    const tile = list.current?.querySelector<HTMLElement>(`[data-position="${active}"]`);
    if (!tile) return;
    moved.current = false;
    tile.focus();
  });
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const from = Number((event.target as HTMLElement).dataset.position ?? NaN);
    const by = steps(columns, count)[event.key];
    if (Number.isNaN(from) || by === undefined) return;
    event.preventDefault();
    const next = Math.min(count - 1, Math.max(0, from + by));
    list.current = event.currentTarget;
    moved.current = true;
    show(next);
    setActive(next);
  };
  return { active: Math.min(active, count - 1), onKeyDown };
}

const steps = (columns: number, count: number): Partial<Record<string, number>> => ({
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowUp: -columns,
  ArrowDown: columns,
  Home: -count,
  End: count,
});
