import { cleanup, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { form } from "../test/data";
import { absent, at, show } from "../test/panel";
import { fillDefaults, type IndexDraft } from "./indexFormValues";
import { SourceFields } from "./SourceFields";

const change = vi.fn();

function source(draft: IndexDraft = {}, props = {}) {
  return show(<SourceFields form={form} values={fillDefaults(form, draft)} problems={{}} change={change} {...props} />).user;
}

test("embeddings come from a model, unless a field is chosen", async () => {
  const user = source();
  expect(screen.getByRole<HTMLInputElement>("combobox", { name: "Model" }).value).toBe("clip");
  expect(absent("milvus-embeddings-field")).toBe(true);
  await user.selectOptions(screen.getByRole("combobox", { name: "Embeddings from" }), "An embeddings field");
  expect(change.mock.calls).toEqual([[{ source: "field" }]]);
});

test("the model that made a field's embeddings can be chosen", () => {
  source({ source: "field", made_by: "resnet" });
  expect(at<HTMLSelectElement>("milvus-embeddings-field").value).toBe("vectors");
  const model = screen.getByRole<HTMLInputElement>("combobox", { name: "Embedding model" });
  expect(model.value).toBe("resnet");
});

test("only a field that fits is offered", () => {
  source({ source: "field", patches_field: "ground_truth" });
  const names = [...at<HTMLSelectElement>("milvus-embeddings-field").options].map(({ text }) => text);
  expect(names).toEqual(["ground_truth.vectors"]);
});

test("where none fits, none can be chosen", () => {
  source({}, { form: { ...form, embeddings_fields: [] } });
  expect(screen.getByRole<HTMLOptionElement>("option", { name: "An embeddings field" }).disabled).toBe(true);
});

test("a problem with a model is shown, and an empty choice is no problem", () => {
  const model = () => screen.getByRole("combobox", { name: "Model" }).getAttribute("aria-invalid");
  source({ model: "" }, { problems: { model: "Choose a model." } });
  expect(screen.getByText("Choose a model.")).toBeTruthy();
  expect(model()).toBe("false");
  cleanup();
  source({ model: "clip" }, { problems: { model: "It needs packages first." } });
  expect(screen.getByText("It needs packages first.")).toBeTruthy();
  expect(model()).toBe("true");
});

test("that no model can read the samples is said where the source is chosen", () => {
  source({}, { problems: { source: "A model reads images." } });
  const choice = screen.getByRole("combobox", { name: "Embeddings from", description: "A model reads images." });
  expect(choice.getAttribute("aria-invalid")).toBe("true");
});
