import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { Wrapper } from "../test/panel";
import { useSerialCall } from "./useSerialCall";

function calls() {
  const { result } = renderHook(() => useSerialCall(), { wrapper: Wrapper });
  const ends: Record<string, (succeeded: boolean) => void> = {};
  const onDone = vi.fn();
  const run = (name: string) =>
    act(() =>
      result.current.run(
        () => new Promise((resolve, reject) => (ends[name] = (well) => (well ? resolve(name) : reject(new Error(name))))),
        onDone,
      ),
    );
  const end = (name: string, succeeded = true) => act(async () => ends[name](succeeded));
  return { result, ends, onDone, run, end };
}

test("of the calls that are asked for while one runs, the newest follows it", async () => {
  const { result, ends, onDone, run, end } = calls();
  for (const name of ["a", "b", "c"]) run(name);
  expect(Object.keys(ends)).toEqual(["a"]);
  await end("a");
  expect([Object.keys(ends), result.current.busy]).toEqual([["a", "c"], true]);
  await end("c");
  expect(onDone.mock.calls).toEqual([["a"], ["c"]]);
  expect(result.current.busy).toBe(false);
});

test("after one that failed the next follows, too", async () => {
  const { result, ends, run, end } = calls();
  run("a");
  run("b");
  await end("a", false);
  await waitFor(() => expect(Object.keys(ends)).toEqual(["a", "b"]));
  await end("b");
  expect(result.current.problem).toBeNull();
});
