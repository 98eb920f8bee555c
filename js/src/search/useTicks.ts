import { executeOperator } from "@fiftyone/operators";
import * as fos from "@fiftyone/state";
import { useRecoilValue } from "recoil";

/** Which hits are selected in the grid, and selecting them there. */
export function useTicks() {
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
