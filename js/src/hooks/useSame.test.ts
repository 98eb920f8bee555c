import { renderHook } from "@testing-library/react";
import { expect, test } from "vitest";
import { useSame } from "./useSame";

test("an equal value is the one before, another is itself", () => {
  const first = { overview: "a" };
  const { result, rerender } = renderHook((value: object) => useSame(value), { initialProps: first });
  rerender({ overview: "a" });
  expect(result.current).toBe(first);
  const other = { overview: "b" };
  rerender(other);
  expect(result.current).toBe(other);
});
