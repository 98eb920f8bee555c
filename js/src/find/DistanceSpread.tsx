import { Box, Stack, Typography } from "@mui/material";
import { score } from "../ui/format";
import { strings } from "./strings";

const BARS = 24;

/** How distances are distributed: a bar for each range of them, from the smallest to the largest. */
export function DistanceSpread({ distances }: { distances: number[] }) {
  const sorted = [...distances].sort((one, other) => one - other);
  const [least, most] = [sorted[0], sorted[sorted.length - 1]];
  const counts = histogram(sorted, least, most);
  const highest = Math.max(...counts);
  return (
    <Stack data-cy="milvus-spread" sx={{ maxWidth: 360 }}>
      <Stack direction="row" alignItems="flex-end" height={32} spacing="1px" aria-hidden>
        {counts.map((n, bar) => (
          <Box
            key={bar}
            data-count={n}
            sx={{ flex: 1, height: n && `max(2px, ${(100 * n) / highest}%)`, bgcolor: "text.secondary" }}
          />
        ))}
      </Stack>
      <Typography variant="caption" color="text.secondary">
        {strings.spread(score(least), score(sorted[Math.floor(sorted.length / 2)]), score(most))}
      </Typography>
    </Stack>
  );
}

function histogram(sorted: number[], least: number, most: number): number[] {
  const counts = new Array<number>(BARS).fill(0);
  const width = (most - least) / BARS;
  for (const each of sorted) counts[width > 0 ? Math.min(BARS - 1, Math.floor((each - least) / width)) : 0] += 1;
  return counts;
}
