import { expect, test, vi } from "vitest";
import { index, job } from "../test/data";
import { executed } from "../test/fiftyone";
import { choose, indexes, operators, succeed } from "../test/indexes";
import { PLUGIN, absent, at } from "../test/panel";
import { strings } from "./strings";

test("without an index one button teaches and opens the form", async () => {
  const { user, onNew } = indexes({ indexes: [] });
  expect(at("milvus-empty").textContent).toContain("No index yet");
  await user.click(at("milvus-new-index"));
  expect(onNew).toHaveBeenCalled();
});

test("Resume goes on without asking", async () => {
  succeed({ errorMessage: "Milvus is gone." });
  const { user } = indexes({ indexes: [{ ...index, partial: true }] });
  await user.click(at("milvus-sync-images"));
  expect(operators()).toEqual([`${PLUGIN}/sync_index`]);
  expect(at("milvus-problem").textContent).toContain("Milvus is gone.");
});

test("a map that was computed opens in the Embeddings panel", async () => {
  succeed();
  await choose(indexes({}).user, "map");
  expect(executed).toHaveBeenCalledExactlyOnceWith("@voxel51/operators/open_panel", {
    name: "Embeddings",
    layout: "vertical",
  });
});

test("a map that fails opens nothing", async () => {
  succeed({ errorMessage: "Milvus is gone." });
  await choose(indexes({}).user, "map");
  expect(at("milvus-problem").textContent).toContain("Milvus is gone.");
  expect(executed).not.toHaveBeenCalled();
});

test("many indexes are looked for by name, without asking anybody", async () => {
  const many = Array.from({ length: 12 }, (_, n) => ({ ...index, brain_key: `index_${n}` }));
  const { user } = indexes({ indexes: many });
  await user.type(at("milvus-find-index"), "_11");
  at("milvus-index-index_11");
  expect(absent("milvus-index-index_1")).toBe(true);
});

test("without an index one that was exported can be imported", async () => {
  const { user, onNew } = indexes({ indexes: [] });
  await user.click(at("milvus-import"));
  at("milvus-import-file");
  expect(onNew).not.toHaveBeenCalled();
});

test("while jobs are asked for, only the cards that change are rendered again", () => {
  const rendered = vi.spyOn(strings, "built");
  const many = ["a", "b", "c"].map((brain_key) => ({ ...index, brain_key }));
  const { rerender, rerendered } = indexes({ indexes: many });
  expect(rendered).toHaveBeenCalledTimes(3);
  rerender(rerendered({ indexes: many, jobs: [{ ...job, brain_key: "b" }] }));
  expect(rendered).toHaveBeenCalledTimes(4);
  rendered.mockRestore();
});

test("what is chosen from the first overview opens when it is known where an index can be moved to", async () => {
  const { user, rerender, rerendered } = indexes({ counting: true, inUse: "" });
  await user.click(at("milvus-actions-images"));
  await user.click(at("milvus-move-images"));
  expect(absent("milvus-confirm")).toBe(true);
  rerender(rerendered({ counting: false, inUse: "embedded" }));
  at("milvus-confirm");
});
