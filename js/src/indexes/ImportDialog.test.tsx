import { expect, test } from "vitest";
import { execute } from "../test/fiftyone";
import { indexes, succeed } from "../test/indexes";
import { PLUGIN, at } from "../test/panel";

test("an exported index can be imported where there is none", async () => {
  succeed();
  const { user } = indexes({ indexes: [] });
  await user.click(at("milvus-import"));
  await user.type(at("milvus-import-path"), "x.parquet{Enter}");
  expect(execute.mock.calls[0][0]).toMatchObject({
    uri: `${PLUGIN}/import_index`,
    brain_key: "imported",
    path: "x.parquet",
  });
});
