import * as fos from "@fiftyone/state";
import { useRecoilValue } from "recoil";

/** How many samples and labels are selected in the App. */
export function useSelection(): { samples: number; labels: number } {
  const samples = useRecoilValue(fos.selectedSamples);
  const labels = useRecoilValue(fos.selectedLabels);
  return { samples: samples?.size ?? 0, labels: labels?.length ?? 0 };
}

/** Changes when the App learns of another set of brain runs, whoever made them. */
export function useBrainRuns(): string {
  const dataset = useRecoilValue(fos.dataset);
  return (dataset?.brainMethods ?? []).map(({ key }) => key).sort().join();
}

export interface Grid {
  /** of the view, without the sidebar's filters */
  stages: unknown[];
  /** the sidebar, or another panel, lets only some of the view through */
  filtered: boolean;
  /** changes when the grid shows something else, or the same as it is now */
  revision: string;
}

/** What the grid shows. */
export function useGrid(): Grid {
  const stages = useRecoilValue(fos.view);
  const filters = useRecoilValue(fos.filters);
  const extended = useRecoilValue(fos.extendedStages);
  const refreshed = useRecoilValue(fos.refresher);
  return {
    stages,
    filtered: [filters, extended].some((each) => Object.values(each ?? {}).some(Boolean)),
    revision: JSON.stringify([stages, filters, extended, refreshed]),
  };
}
