import { expect, test } from "vitest";
import { result, index } from "../test/data";
import { resultChip, chipProblem, nameOf, imageChip, shownChip, termOf, textChip, withChips } from "./chips";

const patches = { ...index, brain_key: "objects", patches_field: "objects" };
const media = { filepath: "/a.jpg", box: null, label: "cat" };

test("a text's phrasings are parted, and a chip is the term that Python reads", () => {
  const chip = textChip(" a cat | a kitten |");
  expect(termOf(chip)).toEqual({ text: ["a cat", "a kitten"] });
  expect(termOf({ ...chip, weight: 2, negative: true })).toEqual({
    text: ["a cat", "a kitten"],
    weight: 2,
    negative: true,
  });
});

test("sign and weight of what Python tells are the chip's own", () => {
  const chip = shownChip({ key: "1", term: { id: "1", negative: true, weight: 4 }, media }, index);
  expect(chip).toMatchObject({ term: { id: "1" }, negative: true, weight: 4 });
  expect(termOf(chip)).toEqual({ id: "1", negative: true, weight: 4 });
});

test("the same term is one chip, with its latest sign", () => {
  const more = resultChip(result, index, false);
  const chips = withChips([textChip("x"), more], [resultChip(result, index, true)]);
  expect(chips.map(({ negative }) => negative)).toEqual([false, true]);
});

test("a result that is a whole image of an index of patches means all its patches", () => {
  expect(termOf(resultChip(result, patches, false))).toEqual({ sample_id: "a" });
  expect(termOf(resultChip({ ...result, id: "label" }, patches, false))).toEqual({ id: "label" });
});

test("a chip that an index can't be searched with says why", () => {
  const noModel = { ...index, supports_prompts: false, model: null };
  expect(chipProblem(textChip("x"), index)).toBeNull();
  expect(chipProblem(textChip("x"), { ...index, supports_prompts: false })).toContain("clip can't embed text");
  expect(chipProblem(textChip("x"), noModel)).toContain("no model");
  expect(chipProblem(imageChip("aGk=", "image/png", "a.png"), noModel)).toContain("no model");
  expect(chipProblem(resultChip(result, index, false), patches)).toContain("isn't in the index");
});

test("chips have names, and an image its address in the browser", () => {
  const image = imageChip("aGk=", "image/png", "a.png");
  expect(nameOf(image)).toBe("a.png");
  expect(image.image?.url).toBe("data:image/png;base64,aGk=");
  expect(nameOf(textChip("x|y"))).toBe("x | y");
  expect(nameOf(resultChip(result, index, false))).toBe("bird");
  expect(nameOf(shownChip({ key: "", term: { result_ids: ["a", "b"] }, media: null }, index))).toBe("2 results");
});
