import { Button, Paper, Stack, Typography } from "@mui/material";
import { memo, useState } from "react";
import { useApi } from "../api/client";
import type { Job } from "../api/contract";
import { useCall } from "../api/useCall";
import { MessageAlert } from "../ui/MessageAlert";
import { JobProgress } from "./JobProgress";
import { canPause } from "./jobState";
import { strings } from "./strings";

type Stopping = "pausing" | "cancelling";

/** A job that is queued or running, and how to stop it: once its batch is done. */
export const RunningJob = memo(function RunningJob({ job }: { job: Job }) {
  const api = useApi();
  const [asked, setAsked] = useState<Stopping | null>(null);
  const { run, problem } = useCall();
  const stopping = problem === null ? asked : null;
  const stop = (how: Stopping, ask: (params: { job_id: string }) => Promise<unknown>) => {
    setAsked(how);
    run(() => ask({ job_id: job.id }));
  };
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
            {queued ? strings.waiting(job.label) : strings.phase(job.label, job.phase)}
            {job.delegated && !queued && ` · ${strings.onWorker}`}
          </Typography>
        </Stack>
        {canPause(job) && (
          <Button
            size="small"
            color="secondary"
            aria-label={strings.pauseJob(job.brain_key)}
            data-cy="milvus-pause"
            disabled={stopping !== null}
            onClick={() => stop("pausing", api.pause)}
          >
            {stopping === "pausing" ? strings.pausing : strings.pause}
          </Button>
        )}
        <Button
          size="small"
          color="secondary"
          aria-label={strings.cancelJob(job.brain_key)}
          data-cy="milvus-cancel"
          disabled={stopping !== null}
          onClick={() => stop("cancelling", api.cancel)}
        >
          {stopping === "cancelling" ? strings.cancelling : strings.cancel}
        </Button>
      </Stack>
      <JobProgress job={job} label={strings.progress(job.brain_key)} />
      <MessageAlert message={problem} />
    </Paper>
  );
});
