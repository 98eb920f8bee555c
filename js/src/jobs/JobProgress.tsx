import { LinearProgress, Stack, Typography } from "@mui/material";
import type { ReactNode } from "react";
import type { Job } from "../api/contract";
import { percent, progressLine } from "./jobState";
import { strings } from "./strings";

interface Props {
  /** undefined if it was only just started */
  job: Job | undefined;
  label: string;
  /** what the job does, beside the numbers */
  children?: ReactNode;
}

/** How far a job is, as a bar and in numbers. */
export function JobProgress({ job, label, children }: Props) {
  const queued = job?.state === "queued";
  const value = job && !queued ? percent(job) : null;
  return (
    <div style={{ flex: 1, minWidth: 0 }}>
      <Stack direction="row" useFlexGap flexWrap="wrap" alignItems="baseline" justifyContent="space-between" columnGap={1}>
        {children && (
          <Typography variant="caption" color="text.secondary" sx={{ overflowWrap: "anywhere" }}>
            {children}
          </Typography>
        )}
        <Typography
          variant="caption"
          component="p"
          color="text.secondary"
          data-cy="milvus-progress"
          sx={{ minHeight: "1.66em", m: 0 }}
        >
          {queued ? <WorkerHint /> : job && progressLine(job)}
        </Typography>
      </Stack>
      <LinearProgress
        aria-label={label}
        data-cy="milvus-progress-bar"
        variant={value === null ? "indeterminate" : "determinate"}
        value={value ?? undefined}
        // a bar that glides has the browser draw the panel 24 times for each answer
        sx={{ my: 0.25, borderRadius: 1, "& .MuiLinearProgress-bar1Determinate": { transition: "none" } }}
      />
    </div>
  );
}

function WorkerHint() {
  return (
    <>
      {strings.startWorker} <code>{strings.workerCommand}</code>
    </>
  );
}
