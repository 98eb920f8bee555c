import { expect, test } from "vitest";
import { hit, index } from "../test/data";
import { hitChip, misfit, nameOf, imageChip, shownChip, termOf, textChip, withChips } from "./chips";

const patches = { ...index, brain_key: "objects", patches_field: "objects" };
const media = { filepath: "/a.jpg", box: null, label: "cat" };

test("a text's phrasings are parted, and a chip is the term that Python reads", () => {
  const chip = textChip(" a cat | a kitten |");
  expect(termOf(chip)).toEqual({ text: ["a cat", "a kitten"] });
  expect(termOf({ ...chip, weight: 2, unwanted: true })).toEqual({
    text: ["a cat", "a kitten"],
    weight: 2,
    unwanted: true,
  });
});

test("sign and weight of what Python tells are the chip's own", () => {
  const chip = shownChip({ key: "1", term: { id: "1", unwanted: true, weight: 4 }, media }, index);
  expect(chip).toMatchObject({ term: { id: "1" }, unwanted: true, weight: 4 });
  expect(termOf(chip)).toEqual({ id: "1", unwanted: true, weight: 4 });
});

test("the same term is one chip, with its latest sign", () => {
  const more = hitChip(hit, index, false);
  const chips = withChips([textChip("x"), more], [hitChip(hit, index, true)]);
  expect(chips.map(({ unwanted }) => unwanted)).toEqual([false, true]);
});

test("a hit that is a whole picture of an index of patches means all its patches", () => {
  expect(termOf(hitChip(hit, patches, false))).toEqual({ sample_id: "a" });
  expect(termOf(hitChip({ ...hit, id: "label" }, patches, false))).toEqual({ id: "label" });
});

test("a chip that an index can't be searched with says why", () => {
  const noModel = { ...index, supports_prompts: false, model: null };
  expect(misfit(textChip("x"), index)).toBeNull();
  expect(misfit(textChip("x"), { ...index, supports_prompts: false })).toContain("clip can't embed text");
  expect(misfit(textChip("x"), noModel)).toContain("no model");
  expect(misfit(imageChip("aGk=", "image/png", "a.png"), noModel)).toContain("no model");
  expect(misfit(hitChip(hit, index, false), patches)).toContain("isn't in the index");
});

test("chips have names, and a picture what the browser shows", () => {
  const picture = imageChip("aGk=", "image/png", "a.png");
  expect(nameOf(picture)).toBe("a.png");
  expect(picture.picture?.url).toBe("data:image/png;base64,aGk=");
  expect(nameOf(textChip("x|y"))).toBe("x | y");
  expect(nameOf(hitChip(hit, index, false))).toBe("bird");
  expect(nameOf(shownChip({ key: "", term: { result: ["a", "b"] }, media: null }, index))).toBe("2 results");
});
