import { Tooltip, Typography } from "@mui/material";
import type { Index } from "../api/contract";
import { strings } from "./strings";
import type { ShownResult } from "./useSearch";

/** "25 of 48,210 in 18 ms, exact over 1,204 in view" */
export function summary({ result, keep }: ShownResult, index: Index): string {
  const { total, exact, searched } = result;
  const ms = Math.max(1, Math.round(result.milliseconds));
  const how = exact ? strings.exact : strings.approximate;
  const over = searched === null ? "" : ` ${strings.searched(searched)}`;
  const cut = keep < total ? `; ${strings.kept(keep)}` : "";
  return `${strings.summary(total, index.size, ms)}, ${how}${over}${cut}`;
}

/** How many results there are, in what time and how; its tooltip is the plan of the search. */
export function ResultSummary({ shown, index }: { shown: ShownResult; index: Index }) {
  return (
    <Tooltip title={shown.result.plan} placement="bottom-start">
      <Typography
        variant="caption"
        color="text.secondary"
        tabIndex={0}
        role="status"
        data-cy="milvus-result-line"
        sx={{ width: "fit-content" }}
      >
        {summary(shown, index)}
      </Typography>
    </Tooltip>
  );
}
