import { expect, test } from "vitest";
import { execute } from "../test/fiftyone";
import { choose, indexes, succeed } from "../test/indexes";
import { PLUGIN, at, button } from "../test/panel";

test("Export writes the file that is named; a failure keeps what was typed", async () => {
  succeed({ errorMessage: "No such folder." });
  const { user } = indexes();
  await choose(user, "export");
  expect(at("milvus-confirm").textContent).toContain("in the export folder: /fiftyone/milvus-exports.");
  await user.type(at("milvus-export-path"), "x.parquet");
  await user.click(at("milvus-export-overwrite"));
  await user.click(button());
  expect(execute.mock.calls[0][0]).toMatchObject({
    uri: `${PLUGIN}/export_index`,
    path: "x.parquet",
    overwrite: true,
  });
  expect(at("milvus-confirm").textContent).toContain("No such folder.");
  expect(at<HTMLInputElement>("milvus-export-path").value).toBe("x.parquet");
});
