import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { form } from "../test/data";
import { absent, at, show } from "../test/panel";
import { fillDefaults, type IndexDraft } from "./indexFormValues";
import { MoreFields } from "./MoreFields";

const change = vi.fn();

function more(draft: IndexDraft = {}, props = {}) {
  return show(<MoreFields form={form} values={fillDefaults(form, draft)} problems={{}} change={change} {...props} />).user;
}

async function opened(draft: IndexDraft = {}, props = {}) {
  const user = more(draft, props);
  expect(absent("milvus-metric")).toBe(true);
  await user.click(at("milvus-more"));
  return user;
}

test("what few people change is folded, and each thing changes by itself", async () => {
  const user = await opened();
  await user.selectOptions(screen.getByRole("combobox", { name: "Metric" }), "euclidean");
  await user.selectOptions(screen.getByRole("combobox", { name: "Index type" }), "HNSW");
  await user.selectOptions(screen.getByRole("combobox", { name: "Consistency level" }), "Strong");
  await user.selectOptions(screen.getByRole("combobox", { name: "Embed and write in" }), "ray");
  await user.type(screen.getByRole("textbox", { name: "Batch size" }), "8");
  await user.click(screen.getByRole("checkbox", { name: "Run on a worker" }));
  expect(change.mock.calls.flat()).toEqual([
    { metric: "euclidean" },
    { index_type: "HNSW" },
    { consistency_level: "Strong" },
    { engine: "ray" },
    { batch_size: "8" },
    { delegate: true },
  ]);
});

test("what is wrong in there is seen without asking", () => {
  more({ batch_size: "0" }, { problems: { batch_size: "Enter a batch size of at least 1." } });
  expect(at("milvus-more").getAttribute("aria-expanded")).toBe("true");
  expect(screen.getByText("Enter a batch size of at least 1.")).toBeTruthy();
});

test("patches can be cut wider, and square", async () => {
  await opened({ patches_field: "ground_truth" });
  expect([absent("milvus-alpha"), absent("milvus-force-square")]).toEqual([false, false]);
});

test("samples aren't cut", async () => {
  await opened();
  expect([absent("milvus-alpha"), absent("milvus-force-square")]).toEqual([true, true]);
});

test("nobody is asked where to embed if there is no choice", async () => {
  await opened({}, { form: { ...form, engines: form.engines.slice(0, 1) } });
  expect(absent("milvus-engine")).toBe(true);
});

test("embeddings that are there need nothing from a model", async () => {
  await opened({ source: "field", patches_field: "ground_truth" });
  const names = ["batch-size", "alpha", "model-kwargs", "force-square"];
  expect(names.filter((name) => !absent(`milvus-${name}`))).toEqual([]);
});

test("fields to filter by are chosen among those of what is indexed", async () => {
  const filter_fields = [
    { field: "split", patches_field: null },
    { field: "ground_truth.score", patches_field: "ground_truth" },
  ];
  const user = await opened({}, { form: { ...form, filter_fields } });
  await user.click(screen.getByRole("combobox", { name: "Fields to filter by" }));
  const options = screen.getAllByRole("option").filter(({ tagName }) => tagName === "LI");
  expect(options.map(({ textContent }) => textContent)).toEqual(["split"]);
  await user.click(options[0]);
  expect(change.mock.calls).toEqual([[{ filter_fields: ["split"] }]]);
});
