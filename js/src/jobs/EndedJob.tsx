import { MuiIconFont } from "@fiftyone/components";
import { Alert, Button, IconButton } from "@mui/material";
import type { Job } from "../api/contract";
import { outcome } from "./jobState";

const SEVERITY = { done: "success", failed: "error", cancelled: "info", paused: "info" } as const;

interface Props {
  job: Job;
  onDismiss: () => void;
  /** nothing of it was kept, if there is none */
  onResume?: () => void;
}

/** What became of a job; one that was paused can go on. */
export function EndedJob({ job, onDismiss, onResume }: Props) {
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
              aria-label={`Resume ${brain_key}`}
              data-cy="milvus-resume"
              onClick={onResume}
            >
              Resume
            </Button>
          )}
          <IconButton
            size="small"
            color="inherit"
            aria-label={`Dismiss ${brain_key}`}
            data-cy="milvus-dismiss"
            onClick={onDismiss}
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
}
