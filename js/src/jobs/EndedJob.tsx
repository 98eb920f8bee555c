import { MuiIconFont } from "@fiftyone/components";
import { Alert, Button, IconButton } from "@mui/material";
import { memo } from "react";
import type { Job } from "../api/contract";
import { outcome } from "./jobState";
import { strings } from "./strings";

const SEVERITY = { done: "success", failed: "error", cancelled: "info", paused: "info" } as const;

interface Props {
  job: Job;
  onDismiss: (job: Job) => void;
  /** missing if there is nothing to resume */
  onResume?: (job: Job) => void;
}

/** How a job ended; one that was paused can be resumed. */
export const EndedJob = memo(function EndedJob({ job, onDismiss, onResume }: Props) {
  const { state, brain_key } = job;
  const severity = state === "queued" || state === "running" ? "info" : SEVERITY[state];
  return (
    <Alert
      severity={severity}
      role={severity === "error" ? "alert" : "status"}
      data-cy="milvus-job"
      data-state={state}
      action={
        <>
          {state === "paused" && onResume && (
            <Button
              size="small"
              color="inherit"
              aria-label={strings.resumeJob(brain_key)}
              data-cy="milvus-resume"
              onClick={() => onResume(job)}
            >
              {strings.resume}
            </Button>
          )}
          <IconButton
            size="small"
            color="inherit"
            aria-label={strings.dismissJob(brain_key)}
            data-cy="milvus-dismiss"
            onClick={() => onDismiss(job)}
          >
            <MuiIconFont name="close" sx={{ fontSize: 18 }} />
          </IconButton>
        </>
      }
      sx={{ py: 0.25, overflowWrap: "anywhere", whiteSpace: "pre-line" }}
    >
      <strong>
        <bdi>{brain_key}</bdi>
      </strong>
      : {outcome(job)}
    </Alert>
  );
});
