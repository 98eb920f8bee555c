import { Box, Slider, Stack, Typography } from "@mui/material";
import { useEffect, useRef, useState } from "react";
import type { Background, Histogram, SearchResult } from "../api/contract";
import { score } from "../ui/format";
import { binsOf, edge, kept, ticks } from "./histogram";
import { strings } from "./strings";

/** A drag, or an arrow key that is kept pressed, changes the grid once. */
const QUIET_MILLISECONDS = 250;

const WORDS = "milvus-cut-words";
const BARS_CLASS = "milvus-bars";

/** Small until it is pointed at or used with the keyboard; it then lies over the first results, which stay where they are. */
const SMALL = {
  position: "absolute",
  inset: "0 0 auto",
  zIndex: 1,
  // half of what a finger can touch of the handle, which would stick out
  px: "12px",
  borderRadius: 1,
  // what is beneath its lowest lines can be pointed at
  pointerEvents: "none",
  [`& .${BARS_CLASS}, & .MuiSlider-root`]: { pointerEvents: "auto" },
  [`& .${BARS_CLASS}`]: { height: 16 },
  [`& .${WORDS}`]: { display: "none" },
  // after a drag it has the focus still, and would hide what is below
  "&:hover, &:has(:focus-visible), &:has(.Mui-active)": {
    bgcolor: "background.paper",
    boxShadow: 2,
    [`& .${BARS_CLASS}`]: { height: 48 },
    [`& .${WORDS}`]: { display: "block" },
  },
} as const;

const BARS = {
  display: "flex",
  gap: "1px",
  "& > *": { flex: 1, position: "relative" },
  "& > * > *": { position: "absolute", inset: "auto 0 0" },
  "& [data-kept]": { bgcolor: "action.disabled" },
  "& [data-kept=true]": { bgcolor: "primary.main" },
  "& [data-behind]": { bgcolor: "action.selected" },
} as const;

const AXIS = {
  display: "flex",
  // the numbers at the ends are under the ends of the bars
  mx: "-12px",
  // the handle lies over the line above
  pt: "4px",
  fontSize: 10,
  lineHeight: 1,
  color: "text.secondary",
  fontVariantNumeric: "tabular-nums",
} as const;

interface Props {
  histogram: Histogram;
  /** the scores of the whole index; null until they are known, and where there are none */
  background: Background | null;
  kind: SearchResult["score"];
  keep: number;
  onCut: (keep: number) => void;
}

/**
 * How many results there are by score, the worst first, with a handle that cuts these off;
 * behind them and before them, in grey, the scores of the whole index.
 */
export function ScoreHistogram({ histogram, background, kind, keep, onCut }: Props) {
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
  const beyond = background?.beyond.length ?? 0;
  const start = `${(100 * beyond) / (beyond + bins)}%`;
  const at = dragged ?? binsOf(histogram, keep);
  const all = kept(histogram, bins);
  // the slider counts the bins that are cut off, from the worst
  const words = (value: number) =>
    strings.scoreBound(kind, score(edge(histogram, bins - value)), kept(histogram, bins - value), all);
  return (
    <Box sx={{ position: "relative", height: 44 }}>
      <Stack data-cy="milvus-histogram" sx={SMALL}>
        <Bars counts={histogram.counts} background={background} at={at} />
        <Slider
          size="small"
          min={0}
          max={bins - 1}
          value={bins - at}
          track={false}
          aria-label={strings.bound(kind)}
          getAriaValueText={words}
          slotProps={{ input: { "data-cy": "milvus-cut" } as object }}
          onChange={(_, value) => move(bins - (value as number))}
          sx={{ py: "6px !important", my: -0.25, ml: start, width: "auto" }}
        />
        <Box aria-hidden data-cy="milvus-score-axis" sx={AXIS}>
          <Box sx={{ width: start }}>{background && beyond > 0 && <span>{score(background.last)}</span>}</Box>
          <Box sx={{ flex: 1, display: "flex", justifyContent: "space-between" }}>
            {ticks(histogram, beyond > 0 ? 3 : 5).map((at) => (
              <span key={at}>{score(at)}</span>
            ))}
          </Box>
        </Box>
        <Typography variant="caption" color="text.secondary" data-cy="milvus-cut-line" className={WORDS}>
          {words(bins - at)}
        </Typography>
      </Stack>
    </Box>
  );
}

interface BarsProps {
  counts: number[];
  background: Background | null;
  at: number;
}

function Bars({ counts, background, at }: BarsProps) {
  const heights = barHeights(counts);
  const { within = [], beyond = [] } = background ?? {};
  const behind = barHeights([...within, ...beyond]);
  const bins = Array.from({ length: counts.length + beyond.length }, (_, bin) => (
    <div key={bin}>
      {background && <div data-behind style={behind[bin]} />}
      {bin < counts.length && <div data-kept={bin < at} style={heights[bin]} />}
    </div>
  ));
  return (
    <Box aria-hidden className={BARS_CLASS} sx={BARS}>
      {bins.reverse()}
    </Box>
  );
}

/** Bins differ a lot in size: with the square root the small ones are visible. */
function barHeights(counts: number[]) {
  const most = Math.sqrt(Math.max(1, ...counts));
  return counts.map((n) => ({ height: `${(100 * Math.sqrt(n)) / most}%`, minHeight: n ? 2 : 0 }));
}
