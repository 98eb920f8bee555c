import { usePanelStatePartial } from "@fiftyone/spaces";
import { useBuild } from "../../indexes/form/useBuild";
import { useDraft } from "../../indexes/form/useIndexForm";
import { isActive } from "../../jobs/progress";
import { useWork } from "../../indexes/useWork";
import { useJobs } from "../../jobs/useJobs";
import { useRetry } from "../../server/useRetry";
import { useStopped } from "../../server/useStopped";
import { useApi, type Job } from "../../shared/api";
import { useReturn } from "../../shared/useReturn";
import { useBrainRuns } from "../../shared/useGrid";
import { useFetched } from "../../shared/useFetched";
import { useGone } from "../../shared/gone";

const NO_JOBS: Job[] = [];

/** What the panel's sections share: the overview, the jobs, and the work under way. */
export function usePanel(dataset: string) {
  const api = useApi();
  const fetched = useFetched(api.overview, dataset, useBrainRuns());
  const { overview, isStopped, stopped } = useStopped(fetched);
  const { reload } = overview;
  useGone(reload);
  // an index may have been deleted elsewhere; to ask would start a Milvus that was stopped
  useReturn(() => {
    if (!isStopped && !overview.loading) reload();
  });
  const [opened, setOpened] = usePanelStatePartial("milvus_form_open", false, true);
  const [, setDraft] = useDraft();
  const build = useBuild((built) => {
    if (built) {
      setOpened(false);
      setDraft({});
    }
    reload();
  });
  const work = useWork(reload);
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
