import { Button } from "@mui/material";
import { useEffect, useState } from "react";
import { useApi } from "../api/client";
import type { Job } from "../api/contract";
import { useStable } from "../hooks/useStable";
import { EndedJob } from "./EndedJob";
import { isActive, isNews } from "./jobState";
import { JobTray } from "./JobTray";
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

/** The active jobs, and those that have ended until they are dismissed. */
export function JobList({ jobs, known, shownErrors = [], onResume }: Props) {
  const api = useApi();
  const [dismissed, setDismissed] = useState<string[]>([]);
  const dismiss = useStable((...ended: Job[]) => {
    setDismissed((ids) => [...ids, ...ended.map(({ id }) => id)]);
    // if this fails, the lines are only back after a reload
    for (const { id } of ended) api.dismiss({ job_id: id }).catch(() => undefined);
  });
  const resume = useStable(onResume);
  const news = jobs.filter((job) => isNews(job) && !dismissed.includes(job.id));
  // an error is shown once, where the job was started
  const isShown = (job: Job) => job.state === "failed" && shownErrors.includes(job.message);
  const shown = news.filter((job) => !isShown(job));
  const ended = shown.filter((job) => !isActive(job));
  const shownElsewhere = news.find(isShown)?.id;
  useEffect(() => {
    if (!shownElsewhere) return;
    const hide = () => setDismissed((ids) => [...ids, shownElsewhere]);
    api.dismiss({ job_id: shownElsewhere }).then(hide, hide);
  }, [api, shownElsewhere]);
  if (shown.length === 0) return null;
  return (
    <JobTray>
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
      {ended.length > 1 && (
        <Button
          size="small"
          color="secondary"
          data-cy="milvus-dismiss-all"
          onClick={() => dismiss(...ended)}
          sx={{ alignSelf: "flex-end" }}
        >
          {strings.dismissAll}
        </Button>
      )}
    </JobTray>
  );
}
