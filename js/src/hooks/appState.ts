/**
 * All that the panel takes from the App's state, and has the App do. Nothing else imports
 * Recoil, on which FiftyOne's state is built today.
 */
import { executeOperator } from "@fiftyone/operators";
import { usePanelContext, usePanelStatePartial } from "@fiftyone/spaces";
import * as fos from "@fiftyone/state";
import { useMemo } from "react";
import { useRecoilValue } from "recoil";
import { useStable } from "./useStable";

export { usePanelId } from "@fiftyone/spaces";

/** The address at which the App serves a media file. */
export const mediaUrl = (filepath: string) => fos.getSampleSrc(filepath);

/** The name of the dataset that is open. */
export function useDatasetName(): string | null {
  return useRecoilValue(fos.datasetName);
}

/** A state of the browser that is kept while the panel is closed. */
export function usePanelState<T>(key: string, initial: T): [T, (next: T) => void] {
  const [value, set] = usePanelStatePartial(key, initial, true);
  return [value, useStable(set)];
}

/** Shows a message that something succeeded. */
export function useSuccessMessage(): (message: string) => void {
  const notify = fos.useNotification();
  return (message) => notify({ msg: message, variant: "success" });
}

interface Selection {
  sampleIds: string[];
  labelIds: string[];
  /** how many of the samples are selected as negatives, with Alt */
  negatives: number;
}

/** The samples and labels that are selected in the grid. */
export function useSelection(): Selection {
  const samples = useRecoilValue(fos.selectedSamples);
  const labels = useRecoilValue(fos.selectedLabels);
  return useMemo(() => {
    const labelIds = (labels ?? []).map(({ labelId }) => labelId);
    const sampleIds = [...(samples ?? new Map()).keys()];
    const negatives = [...(samples ?? new Map()).values()].filter((type) => type === "alt").length;
    return { sampleIds, labelIds, negatives };
  }, [samples, labels]);
}

/** Which samples or patches are selected in the grid, and how to select them there. */
export function useSampleSelection() {
  const selected = useRecoilValue(fos.selectedSamples);
  return {
    has: (id: string | undefined) => id !== undefined && selected.has(id),
    toggle: (id: string) => {
      const next = new Map(selected);
      if (!next.delete(id)) next.set(id, "default");
      const samples = [...next].map(([each, type]) => ({ id: each, type }));
      void executeOperator("@voxel51/operators/set_selected_samples", { samples });
    },
  };
}

/** Some samples or patches in an order, that can be asked for one by one. */
export interface Sequence {
  count: number;
  get: (position: number) => Promise<{ id: string; sample_id: string } | undefined>;
}

/**
 * Opens what the grid shows of a sample or patch: the patch in a patches view, else the
 * sample. The App's arrows go to those before and after it.
 */
export function useOpenSample() {
  const isPatchesView = useRecoilValue(fos.isPatchesView);
  const expand = fos.useSetExpandedSample();
  return async (start: number, { count, get }: Sequence) => {
    let at = start;
    const go = async (position: number) => {
      const one = await get(position);
      if (!one) throw new Error(`Nothing at ${position}`);
      at = position;
      return { id: isPatchesView ? one.id : one.sample_id, hasNext: at + 1 < count, hasPrevious: at > 0 };
    };
    fos.modalNavigation.set({
      next: (by = 1) => go(Math.min(count - 1, at + by)),
      previous: (by = 1) => go(Math.max(0, at - by)),
      peek: () => Promise.resolve(null),
    });
    expand(await go(start));
  };
}

/** Whether this panel is in FiftyOne's modal, and not beside the grid. */
export const useIsInModal = (): boolean => usePanelContext().scope === "modal";

/** The sample or patch that is open in the modal. */
export function useOpenedId(): string | null {
  return useRecoilValue(fos.nullableModalSampleId);
}

/** Closes the modal. */
export function closeSample() {
  void executeOperator("@voxel51/operators/close_sample");
}

/** Opens FiftyOne's Embeddings panel below the grid, unless it is open; it lists its maps by itself. */
export function openEmbeddings() {
  void executeOperator("@voxel51/operators/open_panel", { name: "Embeddings", layout: "vertical" });
}

/** Changes when the App learns of another set of brain runs. */
export function useBrainRuns(): string {
  const dataset = useRecoilValue(fos.dataset);
  return (dataset?.brainMethods ?? []).map(({ key }) => key).sort().join();
}

export interface Grid {
  /** of the view, without the sidebar's filters */
  stages: unknown[];
  /** the sidebar, or another panel, shows only a part of the view */
  filtered: boolean;
  /** changes when the grid shows something else, or was loaded again */
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
