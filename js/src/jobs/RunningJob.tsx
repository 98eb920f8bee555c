import { Button, Paper, Stack, Typography } from "@mui/material";
import { useApi, type Job } from "../api/client";
import { capital } from "../ui/format";
import { MessageAlert } from "../ui/MessageAlert";
import { JobProgress } from "./JobProgress";
import { canPause, doing } from "./jobState";
import { useStop } from "./useStop";

export function RunningJob({ job }: { job: Job }) {
  const api = useApi();
  const { stop, stopping, problem } = useStop(job.id);
  const queued = job.state === "queued";
  return (
    <Paper
      variant="outlined"
      data-cy="milvus-job"
      data-state={job.state}
      sx={{ p: 1.5, backgroundImage: "none" }}
    >
      <Stack direction="row" useFlexGap flexWrap="wrap" alignItems="center" spacing={1}>
        <Stack sx={{ flex: "1 1 120px", minWidth: 0 }}>
          <Typography variant="body2" noWrap fontWeight={600} dir="auto" sx={{ textAlign: "start" }}>
            {job.brain_key}
          </Typography>
          <Typography variant="caption" color="text.secondary">
            {queued ? `${doing(job)}: waiting for a worker` : `${doing(job)}: ${capital(job.phase)}`}
            {job.delegated && !queued && " · on a worker"}
          </Typography>
        </Stack>
        {canPause(job) && (
          <Button
            size="small"
            color="secondary"
            aria-label={`Pause ${job.brain_key}`}
            data-cy="milvus-pause"
            disabled={stopping !== null}
            onClick={() => stop("pausing", api.pause)}
          >
            {stopping === "pausing" ? "Pausing…" : "Pause"}
          </Button>
        )}
        <Button
          size="small"
          color="secondary"
          aria-label={`Cancel ${job.brain_key}`}
          data-cy="milvus-cancel"
          disabled={stopping !== null}
          onClick={() => stop("cancelling", api.cancel)}
        >
          {stopping === "cancelling" ? "Cancelling…" : "Cancel"}
        </Button>
      </Stack>
      <JobProgress job={job} label={`Progress of ${job.brain_key}`} />
      <MessageAlert message={problem} />
    </Paper>
  );
}
