import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { useCall } from "./useCall";

test("only the newest call may change what is shown", async () => {
  const { result } = renderHook(() => useCall());
  const show = vi.fn();
  let late: (answer: string) => void = () => undefined;
  act(() => result.current.run(new Promise<string>((resolve) => (late = resolve)), show));
  act(() => result.current.run(Promise.resolve("newest"), show));
  await waitFor(() => expect(result.current.busy).toBe(false));
  await act(async () => late("too late"));
  expect(show.mock.calls).toEqual([["newest"]]);
});

test("a failure is told until the next call", async () => {
  const { result } = renderHook(() => useCall());
  act(() => result.current.run(Promise.reject(new Error("Milvus is gone")), vi.fn()));
  await waitFor(() => expect(result.current.problem).toBe("Milvus is gone"));
  act(() => result.current.run(new Promise(() => undefined), vi.fn()));
  expect(result.current).toMatchObject({ problem: null, busy: true });
});
