import { expect, test } from "vitest";
import { check, countSet, FIRST_OPTIONS, fromParams, toParams } from "./values";

const typed = { ...FIRST_OPTIONS };

test.each(["1", "25", " 10000 "])("k = %s is fine", (k) => {
  expect(check({ ...typed, k }, [])).toEqual({});
});

test.each(["", "0", "10001", "2.5", "-3", "1e3", "many"])("k = '%s' is refused", (k) => {
  expect(check({ ...typed, k }, []).k).toContain("from 1 to 10,000");
});

test("more hits need a score field", () => {
  expect(check({ ...typed, k: "50000", score_field: "near" }, [])).toEqual({});
  expect(check({ ...typed, score_field: "1 x" }, []).score_field).toContain("letters");
});

test("what isn't a number is refused", () => {
  expect(Object.keys(check({ ...typed, min_score: "x", max_score: "0.5", at_least: "0" }, []))).toEqual([
    "min_score",
    "at_least",
  ]);
});

test("only what is set is sent, and it is read back", () => {
  expect(toParams(typed, [])).toEqual({ k: 25, target: "dataset" });
  const set = { ...typed, k: "7", target: "view" as const, reverse: true, min_score: "0.2", group_by: "theme" };
  const params = toParams(set, []);
  expect(params).toEqual({ k: 7, target: "view", reverse: true, min_score: 0.2, group_by: "theme" });
  expect(fromParams(params)).toEqual(set);
  expect(countSet(set, [])).toBe(4);
});
