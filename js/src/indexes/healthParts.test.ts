import { expect, test } from "vitest";
import { health, index } from "../test/data";
import { parts, describe, toSync } from "./healthParts";

test("a compared index has the parts that aren't empty", () => {
  const found = parts({ ...index, health });
  expect(describe(found)).toBe("1,500 indexed · 30 missing · 8 stale");
});

test("before it is compared, the numbers of rows and samples are all there is", () => {
  expect(describe(parts({ ...index, size: 58, total: 60, health: null }))).toBe("58 indexed · 2 missing");
  expect(describe(parts({ ...index, size: 61, total: 60, health: null }))).toBe("60 indexed");
  expect(parts({ ...index, size: null, health: null })).toEqual([]);
});

test("what a sync would do is a sentence", () => {
  expect(toSync(health)).toBe("Sync would embed 30 missing and re-embed 8 stale.");
  expect(toSync({ ...health, orphaned: 1 })).toBe(
    "Sync would embed 30 missing, re-embed 8 stale and delete 1 orphaned.",
  );
  expect(toSync({ ...health, missing: 0, stale: 0 })).toBeNull();
});
