import { usePanelStatePartial } from "@fiftyone/spaces";
import { useBuild } from "./indexes/form/useBuild";
import { useDraft } from "./indexes/form/useIndexForm";
import { isActive } from "./jobs/progress";
import { useSync } from "./indexes/useSync";
import { useJobs } from "./jobs/useJobs";
import { useApi, type Job } from "./shared/api";
import { useBrainRuns } from "./shared/useGrid";
import { useFetched } from "./shared/useFetched";

const NO_JOBS: Job[] = [];

/** What the panel's sections share: the overview, the jobs, and the work under way. */
export function usePanel(dataset: string) {
  const api = useApi();
  const overview = useFetched(api.overview, dataset, useBrainRuns());
  const { reload } = overview;
  const [opened, setOpened] = usePanelStatePartial("milvus_form_open", false, true);
  const [, setDraft] = useDraft();
  const build = useBuild((built) => {
    if (built) {
      setOpened(false);
      setDraft({});
    }
    reload();
  });
  const sync = useSync(reload);
  const working = build.building !== null || sync.syncing !== null;
  const jobs = useJobs(overview.value?.jobs ?? NO_JOBS, working, reload);
  // once its job is on show, the form steps aside; it is back if the build fails
  const underWay = jobs.some((job) => job.brain_key === build.building && isActive(job));
  return {
    overview,
    jobs,
    build,
    sync,
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
