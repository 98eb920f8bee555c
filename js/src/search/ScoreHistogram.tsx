import { Box, Slider, Stack, Typography } from "@mui/material";
import { useEffect, useRef, useState } from "react";
import type { Histogram, SearchResult } from "../api/contract";
import { score } from "../ui/format";
import { binsOf, edge, kept } from "./histogram";
import { strings } from "./strings";

/** A drag, or an arrow key that is kept pressed, changes the grid once. */
const QUIET_MILLISECONDS = 250;

const WORDS = "milvus-cut-words";
const BARS_CLASS = "milvus-bars";

/** Small until it is pointed at or has the focus; it then lies over the first results, which stay where they are. */
const SMALL = {
  position: "absolute",
  inset: "0 0 auto",
  zIndex: 1,
  // half of what a finger can touch of the handle, which would stick out
  px: "12px",
  borderRadius: 1,
  [`& .${BARS_CLASS}`]: { height: 16 },
  [`& .${WORDS}`]: { display: "none" },
  "&:hover, &:focus-within": {
    bgcolor: "background.paper",
    boxShadow: 2,
    [`& .${BARS_CLASS}`]: { height: 48 },
    [`& .${WORDS}`]: { display: "block" },
  },
} as const;

const BARS = {
  display: "flex",
  alignItems: "flex-end",
  gap: "1px",
  "& > *": { flex: 1, bgcolor: "action.disabled" },
  "& > [data-kept=true]": { bgcolor: "primary.main" },
} as const;

interface Props {
  histogram: Histogram;
  kind: SearchResult["score"];
  keep: number;
  onCut: (keep: number) => void;
}

/** How many results there are by score, with a handle that cuts off the worst. */
export function ScoreHistogram({ histogram, kind, keep, onCut }: Props) {
  const bins = histogram.counts.length;
  const [dragged, setDragged] = useState<number | null>(null);
  const timer = useRef(0);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const move = (value: number) => {
    setDragged(value);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      setDragged(null);
      const next = kept(histogram, value);
      if (next !== keep) onCut(next);
    }, QUIET_MILLISECONDS);
  };
  const at = dragged ?? binsOf(histogram, keep);
  const words = (value: number) =>
    strings.scoreRange(kept(histogram, value), kind, score(histogram.first), score(edge(histogram, value)));
  return (
    <Box sx={{ position: "relative", height: 30 }}>
      <Stack data-cy="milvus-histogram" sx={SMALL}>
        <Bars counts={histogram.counts} at={at} />
        <Slider
          size="small"
          min={1}
          max={bins}
          value={at}
          track={false}
          aria-label={strings.cutOff}
          getAriaValueText={words}
          slotProps={{ input: { "data-cy": "milvus-cut" } as object }}
          onChange={(_, value) => move(value as number)}
          sx={{ py: "6px !important", my: -0.25 }}
        />
        <Typography variant="caption" color="text.secondary" data-cy="milvus-cut-line" className={WORDS}>
          {words(at)}
        </Typography>
      </Stack>
    </Box>
  );
}

function Bars({ counts, at }: { counts: number[]; at: number }) {
  // bins differ a lot in size: with the square root the small ones are visible
  const most = Math.sqrt(Math.max(...counts));
  return (
    <Box aria-hidden className={BARS_CLASS} sx={BARS}>
      {counts.map((n, bin) => (
        <div
          key={bin}
          data-kept={bin < at}
          style={{ height: `${(100 * Math.sqrt(n)) / most}%`, minHeight: n ? 2 : 0 }}
        />
      ))}
    </Box>
  );
}
