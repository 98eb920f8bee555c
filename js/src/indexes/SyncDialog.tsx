import { Typography } from "@mui/material";
import { useState } from "react";
import { JobProgress } from "../jobs/JobProgress";
import { isActive } from "../jobs/jobState";
import { FormDialog } from "../ui/FormDialog";
import type { DialogProps } from "./dialogProps";
import { toSync } from "./healthParts";
import { HealthSummary } from "./HealthSummary";
import { strings } from "./strings";
import { WorkerCheckbox } from "./WorkerCheckbox";

/** Compares the index with the dataset, says what a sync would do, and starts it. */
export function SyncDialog({ index, jobs, work, open, canDelegate, onClose }: DialogProps) {
  const [delegate, setDelegate] = useState(false);
  const { brain_key, health } = index;
  const checking = work.check.running === brain_key;
  const job = jobs.find(
    (each) => each.operator === "index_health" && each.brain_key === brain_key && isActive(each),
  );
  const plan = health && toSync(health);
  const wrong = health?.problem ?? null;
  return (
    <FormDialog
      open={open}
      title={strings.syncIndex(brain_key)}
      action={strings.sync}
      acting={strings.syncing}
      busy={work.sync.running === brain_key}
      ready={!checking && plan !== null}
      problem={work.sync.problem ?? work.check.problem ?? wrong}
      onRetry={work.check.problem ? () => work.check.run({ brain_key }, false) : undefined}
      onSubmit={() => work.sync.run({ brain_key }, delegate, onClose)}
      onClose={onClose}
    >
      <Typography variant="body2" data-cy="milvus-plan" role="status">
        {checking
          ? strings.comparing
          : (plan ?? (health && !wrong ? strings.inSync : strings.notComparedYet))}
      </Typography>
      {checking ? <JobProgress job={job} label={strings.comparingIndex(brain_key)} /> : <HealthSummary index={index} />}
      {canDelegate && <WorkerCheckbox checked={delegate} onChange={setDelegate} />}
    </FormDialog>
  );
}
