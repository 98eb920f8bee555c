import { expect, test } from "vitest";
import { index } from "../test/data";
import { chosenIndex } from "./useIndexInUse";

test("the chosen index, else the first that works", () => {
  const broken = { ...index, brain_key: "broken", problem: "gone" };
  expect(chosenIndex([broken, index], "broken")).toBe(broken);
  expect(chosenIndex([broken, index], "deleted")).toBe(index);
  expect(chosenIndex([broken], "")).toBe(broken);
  expect(chosenIndex([], "")).toBeUndefined();
});
