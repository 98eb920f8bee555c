import { expect, test } from "vitest";
import { index } from "../../../test/data";
import { coverage } from "./coverage";

test("an index holds all, a part, or more than there is", () => {
  expect(coverage({ ...index, size: 20, total: 30 })).toBe("20 of 30 samples");
  const patches = { ...index, patches_field: "objects" };
  expect(coverage({ ...patches, size: 1360, total: 1340 })).toBe("1,360 vectors, 1,340 patches");
  expect(coverage({ ...patches, size: 20, total: null })).toBe("20 patches");
  expect(coverage({ ...patches, size: 20, total: 20 })).toBe("20 patches");
  expect(coverage({ ...index, size: null })).toBe("size unknown");
});
