import { renderHook } from "@testing-library/react";
import { expect, test } from "vitest";
import { shareEqual, useShared } from "./shareEqual";

const job = (id: string, done = 0) => ({ id, done, parts: [1, { of: id }] });

test("what is equal is the same, however deep", () => {
  const older = { jobs: [job("a"), job("b")], loading: null };
  expect(shareEqual(older, structuredClone(older))).toBe(older);
});

test("only what changed is another", () => {
  const older = [job("a"), job("b")];
  const shared = shareEqual(older, [job("a"), job("b", 1)]);
  expect(shared).toEqual([job("a"), job("b", 1)]);
  expect(shared[0]).toBe(older[0]);
  expect(shared[1]).not.toBe(older[1]);
  expect(shared[1].parts).toBe(older[1].parts);
});

test("what stands elsewhere in a list is the same as before", () => {
  const older = [job("a"), job("b")];
  const shared = shareEqual(older, [job("new"), job("a"), job("b")]);
  expect(shared.map(({ id }) => id)).toEqual(["new", "a", "b"]);
  expect(shared[1]).toBe(older[0]);
  expect(shared[2]).toBe(older[1]);
});

test.each([
  [{ a: 1, b: undefined }, { a: 1, c: undefined }],
  [[1, 2], [1]],
  [null, { a: 1 }],
  [{ a: 1 }, null],
  [[], {}],
  [["a"], ["b"]],
])("%j is replaced by %j", (older, newer) => {
  expect(shareEqual(older, newer)).toEqual(newer);
  expect(shareEqual(older, newer)).not.toBe(older);
});

test("a hook returns the last value for an equal one", () => {
  const { result, rerender } = renderHook(({ value }) => useShared(value), { initialProps: { value: { n: 1 } } });
  const first = result.current;
  rerender({ value: { n: 1 } });
  expect(result.current).toBe(first);
  rerender({ value: { n: 2 } });
  expect(result.current).toEqual({ n: 2 });
});
