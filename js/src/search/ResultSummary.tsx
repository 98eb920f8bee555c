import { Button, Stack, Tooltip, Typography } from "@mui/material";
import type { Index } from "../api/contract";
import { readable } from "../ui/styles";
import { strings } from "./strings";
import type { ResultsInGrid } from "./useResultsInGrid";
import type { Search, ShownResult } from "./useSearch";

/** "25 of 48,210 in 18 ms, exact over 1,204 in view" */
export function summary({ result, keep }: ShownResult, index: Index): string {
  const { total, exact, searched } = result;
  const ms = Math.max(1, Math.round(result.milliseconds));
  const how = exact ? strings.exact : strings.approximate;
  const over = searched === null ? "" : ` ${strings.searched(searched)}`;
  const cut = keep < total ? `; ${strings.kept(keep)}` : "";
  return `${strings.summary(total, index.size, ms)}, ${how}${over}${cut}`;
}

const BUTTON = { textTransform: "none", py: 0 } as const;

interface Props {
  shown: ShownResult;
  index: Index;
  inGrid: ResultsInGrid;
  search: Search;
}

/** How many results there are, in what time and how; its tooltip is the plan of the search. Below, whether they are what the grid shows and the query asks for. */
export function ResultSummary({ shown, index, inGrid, search }: Props) {
  const { positions, elsewhere } = inGrid;
  const gap = shown.result.histogram?.gap ?? null;
  return (
    <Stack>
      <Stack direction="row" useFlexGap flexWrap="wrap" alignItems="center" columnGap={1}>
        <Tooltip disableInteractive title={shown.result.plan} placement="bottom-start">
          <Typography
            variant="caption"
            color="text.secondary"
            tabIndex={0}
            role="status"
            data-cy="milvus-result-line"
            sx={{ width: "fit-content" }}
          >
            {search.outdated && !search.obstacle ? strings.updating : summary(shown, index)}
          </Typography>
        </Tooltip>
        {gap !== null && gap < shown.keep && (
          <Button size="small" color="secondary" data-cy="milvus-gap" onClick={() => search.keepFirst(gap)} sx={BUTTON}>
            {strings.cutAtGap(gap)}
          </Button>
        )}
      </Stack>
      {positions && (
        <Typography variant="caption" role="status" data-cy="milvus-in-grid">
          {strings.inGrid(positions.length, shown.keep)}
        </Typography>
      )}
      {elsewhere && (
        <Stack direction="row" alignItems="center" spacing={0.5} role="status" data-cy="milvus-elsewhere">
          <Typography variant="caption">{strings.elsewhere}</Typography>
          <Button
            size="small"
            color="secondary"
            data-cy="milvus-elsewhere-button"
            onClick={() => search.keepFirst(shown.keep)}
            sx={BUTTON}
          >
            {strings.showInGrid}
          </Button>
        </Stack>
      )}
      {search.obstacle && (
        <Typography variant="caption" role="status" data-cy="milvus-outdated" sx={{ color: readable("warning") }}>
          {strings.outdated(search.obstacle)}
        </Typography>
      )}
    </Stack>
  );
}
