import { act, renderHook } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { useAction } from "./useAction";

test("an action is busy until it is done, and hands over its answer", async () => {
  let finish: (value: string) => void = () => undefined;
  const onDone = vi.fn();
  const { result } = renderHook(() =>
    useAction(() => new Promise<string>((resolve) => (finish = resolve)), onDone),
  );
  act(() => void result.current.run(null));
  expect(result.current.busy).toBe(true);
  await act(async () => finish("done"));
  expect(result.current.busy).toBe(false);
  expect(onDone).toHaveBeenCalledWith("done");
});

test("a failure is a sentence until it is tried again", async () => {
  const work = vi.fn(() => Promise.reject(new Error("away")));
  const { result } = renderHook(() => useAction(work, vi.fn()));
  await act(() => result.current.run(null));
  expect(result.current).toMatchObject({ busy: false, problem: "away" });
  act(() => result.current.forget());
  expect(result.current.problem).toBeNull();
});
