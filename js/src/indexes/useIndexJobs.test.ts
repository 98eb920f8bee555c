import { act, renderHook } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { execute } from "../test/fiftyone";
import { Wrapper } from "../test/panel";
import { useIndexJobs } from "./useIndexJobs";

test("something runs until all that was started has ended", async () => {
  const onEnd = vi.fn();
  const { result } = renderHook(() => useIndexJobs(onEnd), { wrapper: Wrapper });
  const end = (call: number) => act(async () => execute.mock.calls[call][1].callback({ result: {} }));
  expect(result.current.running).toBe(false);
  act(() => result.current.sync.run({ brain_key: "images" }, false));
  act(() => result.current.check.run({ brain_key: "words" }, false));
  expect(result.current.all.map(({ running }) => running).filter(Boolean)).toEqual(["images", "words"]);
  await end(0);
  expect(result.current.running).toBe(true);
  await end(1);
  expect(result.current.running).toBe(false);
  expect(onEnd).toHaveBeenCalledTimes(2);
});
