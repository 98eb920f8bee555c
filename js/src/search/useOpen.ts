import { executeOperator } from "@fiftyone/operators";
import * as fos from "@fiftyone/state";
import { useRecoilValue } from "recoil";
import type { Hit } from "../api/client";

/** Opens what the grid shows of a hit: its patch in a patches view, else its sample. */
export function useOpen() {
  const patches = useRecoilValue(fos.isPatchesView);
  return (hit: Hit) =>
    void executeOperator("@voxel51/operators/open_sample", { id: patches ? hit.id : hit.sample_id });
}
