import { afterEach, expect, test } from "vitest";
import { OpenAddressedSearch } from "./openAddressedSearch";
import { executeOperator } from "./test/fiftyone";

afterEach(() => window.history.replaceState(null, "", "/"));

test("the panel is opened where the address names a search", async () => {
  await new OpenAddressedSearch().execute();
  expect(executeOperator).not.toHaveBeenCalled();
  window.history.replaceState(null, "", "/datasets/a?milvus_search=b");
  await new OpenAddressedSearch().execute();
  expect(executeOperator.mock.calls).toMatchObject([["@voxel51/operators/open_panel", { name: "milvus_panel" }]]);
});
