import { Alert } from "@mui/material";
import type { Job } from "../shared/api";
import { outcome } from "./progress";

const SEVERITY = { failed: "error", cancelled: "info" } as const;

export function EndedJob({ job, onDismiss }: { job: Job; onDismiss: () => void }) {
  const severity = job.state === "failed" || job.state === "cancelled" ? SEVERITY[job.state] : "success";
  return (
    <Alert
      severity={severity}
      data-cy="milvus-job"
      data-state={job.state}
      onClose={onDismiss}
      closeText="Dismiss"
      sx={{ py: 0.25, overflowWrap: "anywhere", whiteSpace: "pre-line" }}
    >
      <strong>{job.brain_key}</strong>: {outcome(job)}
    </Alert>
  );
}
