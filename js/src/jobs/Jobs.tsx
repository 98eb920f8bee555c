import { usePanelStatePartial } from "@fiftyone/spaces";
import { Stack } from "@mui/material";
import type { Job } from "../shared/api";
import { EndedJob } from "./EndedJob";
import { isActive } from "./progress";
import { RunningJob } from "./RunningJob";

/** A card for each job that goes on, a line for each that ended. */
export function Jobs({ jobs }: { jobs: Job[] }) {
  const [dismissed, setDismissed] = usePanelStatePartial<string[]>("milvus_dismissed", [], true);
  const shown = jobs.filter((job) => !dismissed.includes(job.id));
  if (shown.length === 0) return null;
  return (
    <Stack spacing={1} component="section" aria-label="Jobs">
      {shown.map((job) =>
        isActive(job) ? (
          <RunningJob key={job.id} job={job} />
        ) : (
          <EndedJob
            key={job.id}
            job={job}
            onDismiss={() => setDismissed([...dismissed, job.id])}
          />
        ),
      )}
    </Stack>
  );
}
