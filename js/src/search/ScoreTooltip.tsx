import { Tooltip } from "@mui/material";
import { useEffect, useState, type RefObject } from "react";
import type { Result, SearchResult } from "../api/contract";
import type { Chip } from "./chips";
import { ScoreDetails } from "./ScoreDetails";

const DELAY_MILLISECONDS = 300;

interface Props {
  list: RefObject<HTMLElement>;
  /** the result at a position in the list, if it is there */
  at: (position: number) => Result | undefined;
  kind: SearchResult["score"];
  chips: Chip[];
}

/**
 * Says why the tile is a result that the pointer rests on, or the keyboard is on. It is one for
 * the whole list: one for each tile would take as long to draw as the tiles.
 */
export function ScoreTooltip({ list, at, kind, chips }: Props) {
  const [tile, setTile] = useState<HTMLElement | null>(null);
  useEffect(() => {
    const element = list.current;
    let timer = 0;
    let pointed: HTMLElement | null = null;
    const point = ({ target }: Event) => {
      const next = (target as HTMLElement).closest<HTMLElement>("[data-position]");
      if (next === pointed) return;
      pointed = next;
      window.clearTimeout(timer);
      setTile(null);
      if (next) timer = window.setTimeout(() => setTile(next), DELAY_MILLISECONDS);
    };
    const leave = () => {
      pointed = null;
      window.clearTimeout(timer);
      setTile(null);
    };
    const listeners = { mouseover: point, focusin: point, mouseleave: leave, focusout: leave };
    for (const [type, listener] of Object.entries(listeners)) element?.addEventListener(type, listener);
    return () => {
      leave();
      for (const [type, listener] of Object.entries(listeners)) element?.removeEventListener(type, listener);
    };
  }, [list]);
  const result = tile?.isConnected ? at(Number(tile.dataset.position)) : undefined;
  return (
    <Tooltip
      disableInteractive
      describeChild
      open={result !== undefined}
      onClose={() => setTile(null)}
      title={result ? <ScoreDetails result={result} kind={kind} chips={chips} /> : ""}
      PopperProps={{ anchorEl: tile }}
    >
      <span hidden />
    </Tooltip>
  );
}
