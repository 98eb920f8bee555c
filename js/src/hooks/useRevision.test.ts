import { renderHook } from "@testing-library/react";
import { expect, test } from "vitest";
import { useRevision } from "./useRevision";

test("another value is another revision, also an equal one", () => {
  const { result, rerender } = renderHook(({ value }) => useRevision(value), {
    initialProps: { value: { n: 1 } },
  });
  const first = result.current;
  rerender({ value: { n: 1 } });
  expect(result.current).not.toBe(first);
});
