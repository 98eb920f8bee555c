import { expect, test } from "vitest";
import type { Form } from "../api/contract";
import { form, videos } from "../test/data";
import { buildParams, fillDefaults, formProblems } from "./indexFormValues";
import { formOf } from "./videoValues";

const VIDEOS = "A model reads images, and these samples are videos.";
const whole: Form = {
  ...form,
  media_problems: { dataset: VIDEOS, view: VIDEOS },
  embeddings_fields: [],
  filter_fields: [{ field: "day", patches_field: null }],
  videos: { dataset: videos, view: videos },
};

function withFrames(frames: object): Form {
  const other = { ...videos, frames: { ...videos.frames, ...frames } };
  return { ...whole, videos: { dataset: other, view: other } };
}

test("of other samples nothing is asked or sent", () => {
  const values = fillDefaults(form, {});
  expect(values.videos_as).toBe("");
  expect(buildParams(values)).not.toHaveProperty("videos_as");
  expect(formOf(form, values)).toBe(form);
});

test("frames that have images are proposed for a model", () => {
  const values = fillDefaults(whole, {});
  expect(values).toMatchObject({ videos_as: "frames", source: "model", scope: "dataset" });
  expect(formProblems(whole, values, 0)).toEqual({});
  expect(buildParams(values)).toMatchObject({ videos_as: "frames", source: "model" });
  expect(buildParams(values)).not.toHaveProperty("fps");
});

test("videos are proposed where they have vectors of their own", () => {
  const own = { ...whole, embeddings_fields: form.embeddings_fields };
  const values = fillDefaults(own, {});
  expect(values).toMatchObject({ videos_as: "videos", source: "field", embeddings_field: "vectors" });
  expect(formOf(own, values)).toBe(own);
});

test("the patches and vectors are those of the frames", () => {
  const values = fillDefaults(whole, { patches_field: "boxes", source: "field" });
  expect(values).toMatchObject({ patches_field: "boxes", embeddings_field: "embedding" });
  const offered = formOf(whole, values);
  expect([offered.patches_fields, offered.filter_fields]).toEqual([["boxes"], []]);
});

test("how many frames per second is a number that can be", () => {
  for (const fps of ["0", "-1", "x", "1001"])
    expect(formProblems(whole, fillDefaults(whole, { fps }), 0).fps).toBe("Enter a number above 0, up to 1,000.");
  const values = fillDefaults(whole, { fps: " 0.5 " });
  expect(formProblems(whole, values, 0)).toEqual({});
  expect(buildParams(values).fps).toBe(0.5);
});

test("without images frames have to be taken, where that is possible", () => {
  const none = withFrames({ problem: "No image yet." });
  expect(formProblems(none, fillDefaults(none, {}), 0).fps).toBe("No image yet.");
  expect(formProblems(none, fillDefaults(none, { fps: "1" }), 0)).toEqual({});
  const never = withFrames({ problem: "No image yet.", taking_problem: "No ffmpeg." });
  expect(formProblems(never, fillDefaults(never, { fps: "1" }), 0).fps).toBe("No ffmpeg.");
});

test("clips come from a field with vectors, never from a model", () => {
  const values = fillDefaults(whole, { videos_as: "clips", source: "model" });
  expect(values).toMatchObject({ source: "field", clips_field: "events", embeddings_field: "events.embedding" });
  expect(formProblems(whole, values, 0)).toEqual({});
  expect(buildParams(values)).toMatchObject({ videos_as: "clips", clips_field: "events", source: "field" });
  const other = fillDefaults(whole, { videos_as: "clips", clips_field: "shots" });
  expect(other.embeddings_field).toBe("shots.embedding");
});

test("clips that are gone give way to frames", () => {
  const bare: Form = { ...whole, videos: { dataset: { ...videos, clips: [] }, view: null } };
  expect(fillDefaults(bare, { videos_as: "clips" }).videos_as).toBe("frames");
});
