import { executeOperator, Operator, OperatorConfig } from "@fiftyone/operators";
import { addressedSearch } from "./hooks/useSearchAddress";

/** When a page is opened whose address names a search, opens the panel, which restores it. */
export class OpenAddressedSearch extends Operator {
  get config() {
    return new OperatorConfig({ name: "open_addressed_search", label: "Open the search of the address", unlisted: true, onStartup: true });
  }

  async execute() {
    if (addressedSearch() !== null)
      await executeOperator("@voxel51/operators/open_panel", { name: "milvus_panel", isActive: true, layout: "horizontal" });
  }
}
