import { renderHook } from "@testing-library/react";
import { expect, test } from "vitest";
import { useStable } from "./useStable";

test("the callback stays the same, and does what the newest does", () => {
  const { result, rerender } = renderHook(({ n }) => useStable((by: number) => n + by), {
    initialProps: { n: 1 },
  });
  const first = result.current;
  expect(first(1)).toBe(2);
  rerender({ n: 10 });
  expect(result.current).toBe(first);
  expect(first(1)).toBe(11);
});
