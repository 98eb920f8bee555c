import { expect, test } from "vitest";
import { index, searchResult } from "../test/data";
import { summary } from "./ResultSummary";

const found = { dataset: "animals", result: searchResult, chips: [], keep: searchResult.total, asked: "" };

test("time, exactness and how many were searched are in a line", () => {
  expect(summary(found, index)).toBe("538 of 1,538 in 18 ms, exact");
  expect(summary({ ...found, result: { ...searchResult, searched: 1204, exact: false } }, index)).toBe(
    "538 of 1,538 in 18 ms, approximate over 1,204 in view",
  );
});

test("an unknown size is left out, and a cut is shown", () => {
  expect(summary({ ...found, keep: 12 }, { ...index, size: null })).toBe(
    "538 in 18 ms, exact; the first 12 in the grid",
  );
});
