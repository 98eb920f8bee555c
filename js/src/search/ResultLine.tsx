import { Button, Stack, Tooltip, Typography } from "@mui/material";
import type { SearchResult } from "../shared/api";
import { count } from "../shared/format";

/** "25 hits · 18 ms · exact", or "first 100 of 5,000 hits · …" */
export function describe(result: SearchResult): string {
  const [shown, total] = [result.hits.length, result.total];
  return [
    shown < total ? `first ${count(shown)} of ${count(total)} hits` : `${count(total)} hits`,
    `${count(Math.round(result.milliseconds))} ms`,
    result.exact ? "exact" : "approximate",
  ].join(" · ");
}

interface Props {
  result: SearchResult;
  busy: boolean;
  onClear: () => void;
}

export function ResultLine({ result, busy, onClear }: Props) {
  return (
    <Stack direction="row" alignItems="center" justifyContent="space-between" spacing={1}>
      <Tooltip title={result.plan} placement="bottom-start">
        <Typography
          variant="caption"
          color="text.secondary"
          tabIndex={0}
          role="status"
          data-cy="milvus-result-line"
        >
          {describe(result)}
        </Typography>
      </Tooltip>
      <Button size="small" color="secondary" data-cy="milvus-clear" disabled={busy} onClick={onClear}>
        Clear
      </Button>
    </Stack>
  );
}
