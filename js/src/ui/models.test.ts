import { expect, test } from "vitest";
import { form } from "../test/data";
import { about, group, sortModels } from "./models";

const [resnet, clip] = form.models;

test("what is here comes first, what can't be loaded here last", () => {
  const locked = { ...clip, name: "a-locked", missing_packages: ["perception_models"] };
  const names = sortModels([locked, ...form.models]).map((model) => model.name);
  expect(names).toEqual(["clip", "lite", "resnet", "a-locked"]);
  expect([clip, resnet, locked].map(group)).toEqual([0, 1, 2]);
});

test("a model has its size, its licence, and whether it does text", () => {
  expect(about(clip)).toBe("354 MB · MIT · images and text");
  expect(about({ ...resnet, size_bytes: null, license: null })).toBe("images only");
  expect(about({ ...clip, missing_packages: ["timm"] })).toContain("pip install timm");
});
