import { Stack } from "@mui/material";
import { useEffect, useState } from "react";
import { useApi } from "../api/client";
import type { Job } from "../api/contract";
import { useStable } from "../hooks/useStable";
import { EndedJob } from "./EndedJob";
import { isActive, isNews } from "./jobState";
import { RunningJob } from "./RunningJob";
import { strings } from "./strings";

interface Props {
  jobs: Job[];
  /** the brain keys of the indexes there are */
  known: string[];
  /** the errors that the panel shows elsewhere */
  shownErrors?: (string | null)[];
  onResume: (job: Job) => void;
}

/** A card for each active job, and a line for each that has ended. */
export function JobList({ jobs, known, shownErrors = [], onResume }: Props) {
  const api = useApi();
  const [dismissed, setDismissed] = useState<string[]>([]);
  const dismiss = useStable(({ id }: Job) => {
    setDismissed((ids) => [...ids, id]);
    // if this fails, the line is only back after a reload
    api.dismiss({ job_id: id }).catch(() => undefined);
  });
  const resume = useStable(onResume);
  const news = jobs.filter((job) => isNews(job) && !dismissed.includes(job.id));
  // an error is shown once, where the job was started
  const isShown = (job: Job) => job.state === "failed" && shownErrors.includes(job.message);
  const shown = news.filter((job) => !isShown(job));
  const shownElsewhere = news.find(isShown)?.id;
  useEffect(() => {
    if (!shownElsewhere) return;
    const hide = () => setDismissed((ids) => [...ids, shownElsewhere]);
    api.dismiss({ job_id: shownElsewhere }).then(hide, hide);
  }, [api, shownElsewhere]);
  if (shown.length === 0) return null;
  return (
    <Stack spacing={1} component="section" aria-label={strings.jobs}>
      {shown.map((job) =>
        isActive(job) ? (
          <RunningJob key={job.id} job={job} />
        ) : (
          <EndedJob
            key={job.id}
            job={job}
            onDismiss={dismiss}
            onResume={known.includes(job.brain_key) ? resume : undefined}
          />
        ),
      )}
    </Stack>
  );
}
