import { expect, test } from "vitest";
import type { Form } from "../api/contract";
import { form } from "../test/data";
import { buildParams, formProblems, fillDefaults, fittingFields } from "./indexFormValues";

test("the defaults can be built as they are", () => {
  const values = fillDefaults(form, {});
  expect(formProblems(form, values, 0)).toEqual({});
  expect(buildParams(values)).toEqual({
    brain_key: "milvus",
    scope: "dataset",
    source: "model",
    model: "clip",
    metric: "cosine",
    consistency_level: "Session",
    engine: "here",
  });
});

test("an engine that is no longer there gives way to this process", () => {
  expect(fillDefaults(form, { engine: "ray" }).engine).toBe("ray");
  const alone = { ...form, engines: form.engines.slice(0, 1) };
  expect(fillDefaults(alone, { engine: "ray" }).engine).toBe("here");
});

test("no model is chosen unasked if it had to be downloaded", () => {
  const models = form.models.map((model) => ({ ...model, downloaded: false }));
  const values = fillDefaults({ ...form, models }, {});
  expect(values.model).toBe("");
  expect(formProblems(form, values, 0).model).toBe("Choose a model.");
});

test("a model that can't be loaded here is refused with what it needs", () => {
  const models = form.models.map((model) => ({ ...model, missing_packages: ["timm"] }));
  const locked = { ...form, models };
  expect(fillDefaults(locked, {}).model).toBe("");
  expect(formProblems(locked, fillDefaults(locked, { model: "clip" }), 0).model).toContain("pip install timm");
});

test("what is typed for the model is checked as it is typed", () => {
  const wrong = fillDefaults(form, { batch_size: "0", alpha: "wide", model_kwargs: "[1]" });
  expect(Object.keys(formProblems(form, wrong, 0)).sort()).toEqual(["alpha", "batch_size", "model_kwargs"]);
  const right = { batch_size: "16", model_kwargs: '{"a": 1}', alpha: "0.2", force_square: true };
  const values = fillDefaults(form, { ...right, patches_field: "ground_truth" });
  expect(formProblems(form, values, 0)).toEqual({});
  expect(buildParams(values)).toMatchObject({ ...right, batch_size: 16, alpha: 0.2 });
  expect(buildParams(fillDefaults(form, right))).not.toHaveProperty("alpha");
});

test("the model that made a field's embeddings can be chosen", () => {
  const values = fillDefaults(form, { source: "field", made_by: "clip" });
  expect(buildParams(values)).toMatchObject({ embeddings_field: "vectors", model: "clip" });
});

test("a cleared model stays cleared", () => {
  expect(fillDefaults(form, { model: "" }).model).toBe("");
});

test("only embeddings fields of what is indexed are offered", () => {
  expect(fittingFields(form, "")).toEqual(["vectors"]);
  expect(fittingFields(form, "ground_truth")).toEqual(["ground_truth.vectors"]);
});

test("an embeddings field that no longer fits gives way to one that does", () => {
  const draft = { source: "field", embeddings_field: "vectors", patches_field: "ground_truth" } as const;
  const values = fillDefaults(form, draft);
  expect(values.embeddings_field).toBe("ground_truth.vectors");
  expect(buildParams(values)).toMatchObject({
    source: "field",
    patches_field: "ground_truth",
    embeddings_field: "ground_truth.vectors",
  });
  expect(buildParams(values)).not.toHaveProperty("model");
});

test("a source without a field that fits is refused", () => {
  const bare = { ...form, embeddings_fields: [] };
  const values = fillDefaults(bare, { source: "field" });
  expect(formProblems(bare, values, 0).embeddings_field).toBe("No field has embeddings of samples.");
});

test("a selection of nothing is refused", () => {
  const values = fillDefaults(form, { scope: "selected" });
  expect(formProblems(form, values, 0).scope).toBe("Select samples in the grid first.");
  expect(formProblems(form, values, 3)).toEqual({});
});

test("what the dataset lacks falls back", () => {
  const values = fillDefaults(form, { patches_field: "gone", metric: "manhattan", model: "gone" });
  expect(values).toMatchObject({ patches_field: "", metric: "cosine", model: "clip" });
});

test("a worker is asked for only where there can be one", () => {
  expect(fillDefaults({ ...form, can_delegate: false }, { delegate: true }).delegate).toBe(false);
});

const VIDEOS = "A model reads images, and these samples are videos.";
const videos: Form = { ...form, media_problems: { dataset: VIDEOS, view: VIDEOS }, embeddings_fields: [] };

test("what no model can read isn't built by one", () => {
  const values = fillDefaults(videos, {});
  expect([values.scope, values.source]).toEqual(["dataset", "model"]);
  expect(formProblems(videos, values, 0).source).toBe(VIDEOS);
});

test("vectors of their own are proposed where there are any", () => {
  const own = { ...videos, embeddings_fields: form.embeddings_fields };
  const values = fillDefaults(own, {});
  expect(values.source).toBe("field");
  expect(formProblems(own, values, 0)).toEqual({});
});

test("a view that a model can read is proposed", () => {
  const frames: Form = { ...videos, media_problems: { dataset: VIDEOS, view: null } };
  expect(fillDefaults(frames, {})).toMatchObject({ scope: "view", source: "model" });
  expect(formProblems(frames, fillDefaults(frames, {}), 0)).toEqual({});
  expect(formProblems(frames, fillDefaults(frames, { scope: "dataset" }), 0).source).toBe(VIDEOS);
});

test("of groups the slices of images are offered, of which one at least is chosen for a model", () => {
  const groups: Form = { ...videos, slices: { dataset: ["left", "right"], view: [] } };
  const values = fillDefaults(groups, {});
  expect([values.source, values.slices]).toEqual(["model", ["left"]]);
  expect(formProblems(groups, values, 0)).toEqual({});
  expect(buildParams(values).slices).toEqual(["left"]);
  const none = fillDefaults(groups, { slices: [] });
  expect(formProblems(groups, none, 0).slices).toBe("Choose a slice.");
  expect(buildParams(fillDefaults(form, {})).slices).toBeUndefined();
  expect(buildParams({ ...values, source: "field" }).slices).toBeUndefined();
});
