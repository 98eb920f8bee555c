import { expect, test } from "vitest";
import { index } from "../test/data";
import { FIRST_QUERY, kProblem, searchParams, textProblem } from "./query";

test.each(["1", "25", " 10000 "])("k = %s is fine", (typed) => {
  expect(kProblem(typed)).toBeNull();
});

test.each(["", "0", "10001", "2.5", "-3", "1e3", "many"])("k = '%s' is refused", (typed) => {
  expect(kProblem(typed)).toBe("Type a whole number from 1 to 10,000.");
});

test("says why an index can't be searched by text", () => {
  expect(textProblem(index)).toBeNull();
  expect(textProblem({ ...index, supports_prompts: false })).toContain("clip can't embed text");
  expect(textProblem({ ...index, supports_prompts: false, model: null })).toContain("no model");
});

test("a search is by text or by selection", () => {
  const query = { ...FIRST_QUERY, text: " a bird ", k: "7", reverse: true };
  const rest = { brain_key: "pictures", k: 7, reverse: true, target: "dataset" };
  expect(searchParams(index, query, query.text)).toEqual({ ...rest, text: "a bird" });
  expect(searchParams(index, query, null)).toEqual({ ...rest, selected: true });
});
