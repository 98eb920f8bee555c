import { useRef, useState } from "react";
import { useApi } from "../api/client";
import type { Job, Overview } from "../api/contract";
import { useMissingIndex } from "../api/missingIndex";
import { useFetched } from "../api/useFetched";
import { useLongJob } from "../api/useLongJob";
import { useBrainRuns, usePanelState } from "../hooks/appState";
import { useWindowFocus } from "../hooks/useWindowFocus";
import { useFind } from "../find/useFind";
import { useIndexDraft } from "../indexes/useIndexForm";
import { useIndexJobs } from "../indexes/useIndexJobs";
import { isActive } from "../jobs/jobState";
import { useJobs } from "../jobs/useJobs";
import { useRetry } from "../server/useRetry";
import { useStoppedServer } from "../server/useStoppedServer";

const NO_JOBS: Job[] = [];

/**
 * What the tabs share: the overview, the jobs, and what was started.
 *
 * @param first the first overview, if Python gave it already
 */
export function usePanel(dataset: string, first: Overview | null = null) {
  const api = useApi();
  const begun = useRef(false);
  const load = (show: (first: Overview) => void) => {
    if (begun.current) return api.overview();
    begun.current = true;
    // one after the other: together, each would wait for the other
    return (first ? Promise.resolve(first) : api.first_overview()).then(show, () => undefined).then(api.overview);
  };
  const fetched = useFetched(load, dataset, useBrainRuns());
  const { overview, isStopped, stopped } = useStoppedServer(fetched);
  const { reload } = overview;
  useMissingIndex(reload);
  // an index may have been deleted elsewhere; asking would start an embedded Milvus that was stopped
  useWindowFocus(() => {
    if (!isStopped && !overview.loading) reload();
  });
  const [opened, setOpened] = usePanelState("milvus_form_open", false);
  const [, setDraft] = useIndexDraft();
  const [copying, setCopying] = useState(false);
  const build = useLongJob("compute_index", (built) => {
    if (built) {
      setOpened(false);
      setDraft({});
    }
    reload();
  });
  const work = useIndexJobs(reload);
  const find = useFind(dataset, reload);
  const working = build.running !== null || work.running || find.running;
  const jobs = useJobs(overview.value?.jobs ?? NO_JOBS, working, reload);
  // the form is hidden while its job is shown, and is back if the build fails
  const underWay = jobs.some((job) => job.brain_key === build.running && isActive(job));
  const down = overview.value?.server?.reachable === false && !isStopped;
  const retryIn = useRetry(down, overview.loading, reload);
  return {
    overview,
    /** seconds until a server that is down is tried again */
    retryIn,
    /** to call when the person stopped the embedded Milvus */
    stopped,
    jobs,
    build,
    work,
    find,
    form: {
      open: opened && !underWay,
      show: () => setOpened(true),
      hide: () => {
        build.dismiss();
        setOpened(false);
      },
    },
    copy: { open: copying, show: () => setCopying(true), hide: () => setCopying(false) },
  };
}

export type Panel = ReturnType<typeof usePanel>;
