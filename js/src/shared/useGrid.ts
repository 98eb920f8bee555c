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

/** Changes when the grid shows something else. */
export function useGridRevision(): string {
  const view = useRecoilValue(fos.view);
  const filters = useRecoilValue(fos.filters);
  return JSON.stringify([view, filters]);
}
