import { MuiIconFont } from "@fiftyone/components";
import { Alert, Button, Fade, IconButton } from "@mui/material";
import { memo, useState } from "react";
import type { Job } from "../api/contract";
import { fades, outcome } from "./jobState";
import { strings } from "./strings";
import { useSeenFor } from "./useSeenFor";

const SEVERITY = { done: "success", failed: "error", cancelled: "info", paused: "info" } as const;
/** How long a job that needs nothing more is shown. */
export const SHOWN_MILLISECONDS = 10_000;

interface Props {
  job: Job;
  onDismiss: (job: Job) => void;
  /** missing if there is nothing to resume */
  onResume?: (job: Job) => void;
}

/** How a job ended, in a line that fades unless something is left to do; one that was paused can be resumed. */
export const EndedJob = memo(function EndedJob({ job, onDismiss, onResume }: Props) {
  const { state, brain_key } = job;
  const severity = state === "queued" || state === "running" ? "info" : SEVERITY[state];
  const [pointed, setPointed] = useState(false);
  const seen = useSeenFor(SHOWN_MILLISECONDS, fades(job) && !pointed);
  return (
    <Fade in={!seen} appear={false} timeout={1_000} onExited={() => onDismiss(job)}>
      <Alert
        severity={severity}
        role={severity === "error" ? "alert" : "status"}
        data-cy="milvus-job"
        data-state={state}
        onMouseEnter={() => setPointed(true)}
        onMouseLeave={() => setPointed(false)}
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
        sx={LINE}
      >
        <strong>
          <bdi>{brain_key}</bdi>
        </strong>
        : {outcome(job)}
      </Alert>
    </Fade>
  );
});

// as low as a running job, and on the tray's own ground
const LINE = {
  px: 0,
  py: 0,
  bgcolor: "transparent",
  color: "text.primary",
  overflowWrap: "anywhere",
  whiteSpace: "pre-line",
  "& .MuiAlert-icon": { mr: 1, py: 0.5 },
  "& .MuiAlert-message": { py: 0.5, minWidth: 0 },
  "& .MuiAlert-action": { pt: 0, mr: 0, pl: 1, alignItems: "center" },
};
