import { useCallback, useEffect, useRef, useState } from "react";
import { useApi } from "../api/client";
import type { Job } from "../api/contract";
import { shareEqual } from "../hooks/shareEqual";
import { usePolling } from "../hooks/usePolling";
import { useWindowFocus } from "../hooks/useWindowFocus";
import { isActive } from "./jobState";

interface Polled {
  /** the list that these jobs replace */
  since: Job[];
  jobs: Job[];
}

/**
 * The jobs, asked for every second while one is queued or running, or one is
 * `expected`, and once when the person returns to the window. Calls `onEnd` when one has ended.
 */
export function useJobs(fetched: Job[], expected: boolean, onEnd: () => void): Job[] {
  const api = useApi();
  const [polled, setPolled] = useState<Polled | null>(null);
  const jobs = polled?.since === fetched ? polled.jobs : fetched;

  const update = useCallback(
    (next: Job[]) =>
      setPolled((old) => {
        const jobs = shareEqual(old?.since === fetched ? old.jobs : fetched, next);
        return old?.since === fetched && old.jobs === jobs ? old : { since: fetched, jobs };
      }),
    [fetched],
  );
  const ask = () => api.jobs();
  const watching = expected || jobs.some(isActive);
  usePolling(watching, ask, (answer) => update(answer.jobs));
  useWindowFocus(() => {
    // another window may have started something meanwhile
    if (!watching) ask().then((answer) => update(answer.jobs), () => undefined);
  });
  useEndings(jobs, onEnd);
  return jobs;
}

function useEndings(jobs: Job[], onEnd: () => void) {
  const before = useRef<string[]>([]);
  const active = jobs.filter(isActive).map((job) => job.id).join("\n");
  useEffect(() => {
    const now = active ? active.split("\n") : [];
    const ended = before.current.some((id) => !now.includes(id));
    before.current = now;
    if (ended) onEnd();
  }, [active, onEnd]);
}
