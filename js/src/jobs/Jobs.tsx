import { Stack } from "@mui/material";
import { useState } from "react";
import { useApi, type Job } from "../shared/api";
import { EndedJob } from "./EndedJob";
import { isActive } from "./progress";
import { RunningJob } from "./RunningJob";

/** A card for each job that goes on, a line for each that ended. */
export function Jobs({ jobs }: { jobs: Job[] }) {
  const api = useApi();
  const [dismissed, setDismissed] = useState<string[]>([]);
  const dismiss = ({ id }: Job) => {
    setDismissed([...dismissed, id]);
    // if this fails, the line is only back after a reload
    api.dismiss({ job_id: id }).catch(() => undefined);
  };
  const shown = jobs.filter((job) => !dismissed.includes(job.id));
  if (shown.length === 0) return null;
  return (
    <Stack spacing={1} component="section" aria-label="Jobs">
      {shown.map((job) =>
        isActive(job) ? (
          <RunningJob key={job.id} job={job} />
        ) : (
          <EndedJob key={job.id} job={job} onDismiss={() => dismiss(job)} />
        ),
      )}
    </Stack>
  );
}
