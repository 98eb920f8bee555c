import { act, renderHook } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Index } from "../api/contract";
import { index } from "../test/data";
import { chosenIndex, useIndexInUse } from "./useIndexInUse";

const words = { ...index, brain_key: "words" };
const another = { ...index, brain_key: "another", collection_name: "another", created: "2026-01-01T00:00:00Z" };

const inUse = (indexes: Index[], complete = true, dataset = "animals") =>
  renderHook((props) => useIndexInUse(dataset, props.indexes, props.complete), { initialProps: { indexes, complete } });

test("the chosen index, else the first that works", () => {
  const broken = { ...index, brain_key: "broken", problem: "gone" };
  expect(chosenIndex([broken, index], "broken")).toBe(broken);
  expect(chosenIndex([broken, index], "deleted")).toBe(index);
  expect(chosenIndex([broken], "")).toBe(broken);
  expect(chosenIndex([], "")).toBeUndefined();
});

test("an index that is built later doesn't replace the one in use, also the next time", () => {
  const { result, rerender, unmount } = inUse([index]);
  rerender({ indexes: [another, index], complete: true });
  expect(result.current[0]).toBe(index);
  unmount();
  expect(inUse([another, index]).result.current[0]).toBe(index);
});

test("the choice is remembered for its dataset alone", () => {
  const { result } = inUse([index, words]);
  act(() => result.current[1]("words"));
  expect(result.current[0]).toBe(words);
  expect(inUse([index, words]).result.current[0]).toBe(words);
  expect(inUse([index, words], true, "plants").result.current[0]).toBe(index);
});

test("until it is known which indexes work none is remembered", () => {
  const { result, rerender } = inUse([another, index], false);
  expect(result.current[0]).toBe(another);
  rerender({ indexes: [{ ...another, problem: "Its collection is gone." }, index], complete: true });
  expect(result.current[0]).toBe(index);
});

test("an index that is renamed stays in use, also the next time", () => {
  const { result, rerender, unmount } = inUse([index]);
  const renamed = { ...index, brain_key: "renamed" };
  rerender({ indexes: [another, renamed], complete: true });
  expect(result.current[0]).toBe(renamed);
  unmount();
  expect(inUse([another, renamed]).result.current[0]).toBe(renamed);
});
