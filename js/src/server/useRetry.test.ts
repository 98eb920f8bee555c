import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useRetry, wait } from "./useRetry";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const pass = (seconds: number) => act(() => vi.advanceTimersByTimeAsync(1000 * seconds));

function retrying() {
  const retry = vi.fn();
  const hook = renderHook(({ down, trying }) => useRetry(down, trying, retry), {
    initialProps: { down: true, trying: false },
  });
  return { ...hook, retry };
}

test("what is down is tried again after 5 seconds, then after 10", async () => {
  const { result, retry, rerender } = retrying();
  expect(result.current).toBe(5);
  await pass(2);
  expect(result.current).toBe(3);
  await pass(3);
  expect(retry).toHaveBeenCalledTimes(1);
  rerender({ down: true, trying: true });
  expect(result.current).toBeNull();
  rerender({ down: true, trying: false });
  expect(result.current).toBe(10);
});

test("nothing is tried once it answers, and the next time it starts with the first wait", async () => {
  const { result, retry, rerender } = retrying();
  await pass(5);
  rerender({ down: false, trying: false });
  expect(result.current).toBeNull();
  await pass(60);
  expect(retry).toHaveBeenCalledTimes(1);
  rerender({ down: true, trying: false });
  expect(result.current).toBe(5);
});

test("nobody waits longer than a minute", () => {
  expect([0, 1, 2, 3, 4, 9].map(wait)).toEqual([5, 10, 20, 40, 60, 60]);
});
