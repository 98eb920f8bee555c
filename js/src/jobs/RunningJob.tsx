import { Button, LinearProgress, Paper, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { messageOf, useApi, type Job } from "../shared/api";
import { capital } from "../shared/format";
import { Problem } from "../shared/Problem";
import { percent, progressLine } from "./progress";

export function RunningJob({ job }: { job: Job }) {
  const { cancel, cancelling, problem } = useCancel(job.id);
  const value = percent(job);
  const queued = job.state === "queued";
  return (
    <Paper
      variant="outlined"
      data-cy="milvus-job"
      data-state={job.state}
      sx={{ p: 1.5, backgroundImage: "none" }}
    >
      <Stack direction="row" alignItems="center" spacing={1}>
        <Stack sx={{ flex: 1, minWidth: 0 }}>
          <Typography variant="body2" noWrap fontWeight={600}>
            {job.brain_key}
          </Typography>
          <Typography variant="caption" color="text.secondary">
            {queued ? "Waiting for a worker" : capital(job.phase)}
          </Typography>
        </Stack>
        <Button size="small" color="secondary" data-cy="milvus-cancel" disabled={cancelling} onClick={cancel}>
          {cancelling ? "Cancelling…" : "Cancel"}
        </Button>
      </Stack>
      <LinearProgress
        aria-label={`Progress of ${job.brain_key}`}
        data-cy="milvus-progress-bar"
        variant={queued || value === null ? "indeterminate" : "determinate"}
        value={value ?? undefined}
        sx={{ my: 0.75, borderRadius: 1 }}
      />
      <Typography variant="caption" color="text.secondary" data-cy="milvus-progress">
        {queued ? <WorkerHint /> : progressLine(job)}
      </Typography>
      <Problem message={problem} />
    </Paper>
  );
}

function WorkerHint() {
  return (
    <>
      It starts when a worker runs: <code>fiftyone delegated launch</code>
    </>
  );
}

function useCancel(job_id: string) {
  const api = useApi();
  const [cancelling, setCancelling] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const cancel = () => {
    setCancelling(true);
    setProblem(null);
    api.cancel({ job_id }).catch((error: unknown) => {
      setProblem(messageOf(error));
      setCancelling(false);
    });
  };
  return { cancel, cancelling, problem };
}
