import { Tooltip, Typography } from "@mui/material";
import type { Index } from "../api/contract";
import { count } from "../ui/format";
import type { ShownResult } from "./useSearch";

/** "25 of 48,210 in 18 ms, exact over 1,204 in view" */
export function describe({ result, keep }: ShownResult, index: Index): string {
  const of = index.size === null ? "" : ` of ${count(index.size)}`;
  const how = result.exact ? "exact" : "approximate";
  const over = result.searched === null ? "" : ` over ${count(result.searched)} in view`;
  const cut = keep < result.total ? `; the first ${count(keep)} in the grid` : "";
  const ms = Math.max(1, Math.round(result.milliseconds));
  return `${count(result.total)}${of} in ${count(ms)} ms, ${how}${over}${cut}`;
}

/** How many were found, in what time and how; the plan when asked. */
export function ResultSummary({ found, index }: { found: ShownResult; index: Index }) {
  return (
    <Tooltip title={found.result.plan} placement="bottom-start">
      <Typography
        variant="caption"
        color="text.secondary"
        tabIndex={0}
        role="status"
        data-cy="milvus-result-line"
        sx={{ width: "fit-content" }}
      >
        {describe(found, index)}
      </Typography>
    </Tooltip>
  );
}
