import { expect, test } from "vitest";
import { binsOf, edge, kept } from "./histogram";

const histogram = { first: 0.9, last: 0.1, counts: [2, 0, 5, 3], ends: [2, 2, 7, 10], gap: null };

test("the bins give exactly how many results are kept", () => {
  expect([1, 2, 3, 4].map((bins) => kept(histogram, bins))).toEqual([2, 2, 7, 10]);
});

test("the first result is always kept, and the query's own rows are", () => {
  expect(kept({ ...histogram, counts: [1, 4], ends: [2, 7] }, 0)).toBe(2);
});

test("the handle stands where the results end", () => {
  expect([2, 7, 10].map((keep) => binsOf(histogram, keep))).toEqual([1, 3, 4]);
  expect(edge(histogram, 2)).toBeCloseTo(0.5);
});
