import { expect, test } from "vitest";
import type { FilterField } from "../api/contract";
import { fromWhere, toWhere, conditionProblem } from "./filterConditions";

const SPLIT: FilterField = { name: "split", kind: "text" };
const SCORE: FilterField = { name: "score", kind: "number" };
const NIGHT: FilterField = { name: "night", kind: "boolean" };
const FIELDS = [SPLIT, SCORE, NIGHT];

test("what is typed becomes conditions", () => {
  expect(toWhere(FIELDS, { split: " train,  te st ,", score: "0.5..2", night: "no" })).toEqual({
    split: ["train", "te st"],
    score: { min: 0.5, max: 2 },
    night: [false],
  });
  expect(toWhere(FIELDS, { score: "1, 2" })).toEqual({ score: [1, 2] });
  expect(toWhere(FIELDS, { score: "..-3" })).toEqual({ score: { max: -3 } });
});

test("what is empty, or of a field that the index doesn't keep, is left out", () => {
  expect(toWhere(FIELDS, { split: " , ", other: "a" })).toBeUndefined();
});

test("a number that isn't one is refused", () => {
  expect(conditionProblem(SCORE, "a lot")).toContain("numbers");
  expect(conditionProblem(SCORE, "..")).toContain("numbers");
  expect(conditionProblem(SCORE, "1..2")).toBeNull();
  expect(conditionProblem(SPLIT, "a lot")).toBeNull();
});

test("conditions are shown as they would be typed", () => {
  const where = { split: ["a", "b"], score: { min: 1 }, night: [true] };
  expect(toWhere(FIELDS, fromWhere(where))).toEqual(where);
});
