import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { form, videos } from "../test/data";
import { absent, at, show } from "../test/panel";
import { fillDefaults, type IndexDraft } from "./indexFormValues";
import { VideoFields } from "./VideoFields";

const change = vi.fn();
const whole = { ...form, videos: { dataset: videos, view: null } };

function fields(draft: IndexDraft, props = {}) {
  const values = fillDefaults(whole, draft);
  return show(<VideoFields {...{ videos, values, change }} problems={{}} ownVectors {...props} />).user;
}

const option = (name: string) => screen.getByRole<HTMLOptionElement>("option", { name });

test("frames are taken at so many per second", async () => {
  const user = fields({ videos_as: "frames" });
  await user.type(screen.getByRole("textbox", { name: "Frames per second" }), "2");
  expect(change).toHaveBeenLastCalledWith({ fps: "2" });
  expect(absent("milvus-clips-field")).toBe(true);
});

test("clips are those of a field", async () => {
  const user = fields({ videos_as: "clips" });
  await user.selectOptions(at("milvus-clips-field"), "shots");
  expect(change).toHaveBeenLastCalledWith({ clips_field: "shots" });
  expect(absent("milvus-fps")).toBe(true);
});

test("what has no vectors isn't offered", () => {
  fields({}, { videos: { ...videos, clips: [] }, ownVectors: false });
  expect([option("Frames").disabled, option("Clips").disabled, option("Videos").disabled]).toEqual([false, true, true]);
});

test("why there would be no frames is said where they are asked for", () => {
  fields({ videos_as: "frames" }, { problems: { fps: "No frame has an image." } });
  expect(screen.getByText("No frame has an image.")).toBeTruthy();
});
