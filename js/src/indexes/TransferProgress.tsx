import { LinearProgress, Stack, Typography } from "@mui/material";
import { bytes } from "../ui/format";
import { strings } from "./strings";
import type { Progress } from "./transfers";

/** How much of a file was sent or received. */
export function TransferProgress({ progress: { done, all } }: { progress: Progress }) {
  const text = strings.transferring(bytes(done), bytes(all));
  return (
    <Stack spacing={0.5} data-cy="milvus-transfer">
      <LinearProgress variant="determinate" value={(100 * done) / all} aria-label={text} />
      <Typography variant="caption" color="text.secondary">
        {text}
      </Typography>
    </Stack>
  );
}
