import { usePanelStatePartial } from "@fiftyone/spaces";
import { useBuild } from "../indexes/useBuild";
import { useIndexDraft } from "../indexes/useIndexForm";
import { isActive } from "../jobs/jobState";
import { useIndexJobs } from "../indexes/useIndexJobs";
import { useJobs } from "../jobs/useJobs";
import { useRetry } from "../server/useRetry";
import { useStoppedServer } from "../server/useStoppedServer";
import { useApi, type Job } from "../api/client";
import { useWindowFocus } from "../hooks/useWindowFocus";
import { useBrainRuns } from "../hooks/appState";
import { useFetched } from "../api/useFetched";
import { useMissingIndex } from "../api/missingIndex";

const NO_JOBS: Job[] = [];

/** What the panel's sections share: the overview, the jobs, and the work under way. */
export function usePanel(dataset: string) {
  const api = useApi();
  const fetched = useFetched(api.overview, dataset, useBrainRuns());
  const { overview, isStopped, stopped } = useStoppedServer(fetched);
  const { reload } = overview;
  useMissingIndex(reload);
  // an index may have been deleted elsewhere; to ask would start a Milvus that was stopped
  useWindowFocus(() => {
    if (!isStopped && !overview.loading) reload();
  });
  const [opened, setOpened] = usePanelStatePartial("milvus_form_open", false, true);
  const [, setDraft] = useIndexDraft();
  const build = useBuild((built) => {
    if (built) {
      setOpened(false);
      setDraft({});
    }
    reload();
  });
  const work = useIndexJobs(reload);
  const working = build.building !== null || work.running;
  const jobs = useJobs(overview.value?.jobs ?? NO_JOBS, working, reload);
  // once its job is on show, the form steps aside; it is back if the build fails
  const underWay = jobs.some((job) => job.brain_key === build.building && isActive(job));
  const down = overview.value !== null && !overview.value.server.reachable && !isStopped;
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
    form: {
      open: opened && !underWay,
      show: () => setOpened(true),
      hide: () => {
        build.forget();
        setOpened(false);
      },
    },
  };
}

export type Panel = ReturnType<typeof usePanel>;
