import { MuiIconFont } from "@fiftyone/components";
import { Box, IconButton, Stack, Typography } from "@mui/material";
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
  return (
    <Box data-cy="milvus-job" data-state={job.state} sx={{ py: 0.25 }}>
      <Stack direction="row" alignItems="center" spacing={0.5}>
        <JobProgress job={job} label={strings.progress(job.brain_key)}>
          <Typography component="strong" variant="body2" fontWeight={600}>
            <bdi>{job.brain_key}</bdi>
          </Typography>{" "}
          {stopping ? strings[stopping] : doing(job)}
        </JobProgress>
        {canPause(job) && (
          <StopButton
            label={strings.pauseJob(job.brain_key)}
            name="milvus-pause"
            icon="pause"
            disabled={stopping !== null}
            onClick={() => stop("pausing", api.pause)}
          />
        )}
        <StopButton
          label={strings.cancelJob(job.brain_key)}
          name="milvus-cancel"
          icon="close"
          disabled={stopping !== null}
          onClick={() => stop("cancelling", api.cancel)}
        />
      </Stack>
      <MessageAlert message={problem} />
    </Box>
  );
});

function doing({ label, state, phase, delegated }: Job): string {
  if (state === "queued") return strings.waiting(label);
  return delegated ? `${strings.phase(label, phase)} · ${strings.onWorker}` : strings.phase(label, phase);
}

interface StopButtonProps {
  label: string;
  name: string;
  icon: string;
  disabled: boolean;
  onClick: () => void;
}

function StopButton({ label, name, icon, ...button }: StopButtonProps) {
  return (
    <IconButton size="small" color="secondary" title={label} aria-label={label} data-cy={name} {...button}>
      <MuiIconFont name={icon} sx={{ fontSize: 18 }} />
    </IconButton>
  );
}
