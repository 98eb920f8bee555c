import { executeOperator } from "@fiftyone/operators";
import { loadedSearch } from "./useSearchAddress";

/** Opens the panel where the page was loaded with a search in its address; the App does so once it is there. */
export function openFromAddress() {
  if (loadedSearch() === null) return;
  // the App may not know yet which panels there are
  const panel = { name: "milvus_panel", layout: "horizontal", force: true };
  void executeOperator("@voxel51/operators/open_panel", panel);
}
