import { act, renderHook } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { useStop } from "./useStop";

test("a job that was asked to stop is stopping from then on", async () => {
  const ask = vi.fn(() => Promise.resolve());
  const { result } = renderHook(() => useStop("job-1"));
  await act(async () => result.current.stop("pausing", ask));
  expect(ask.mock.calls).toEqual([[{ job_id: "job-1" }]]);
  expect(result.current).toMatchObject({ stopping: "pausing", problem: null });
});

test("what fails is told until it is tried again", async () => {
  const { result } = renderHook(() => useStop("job-1"));
  await act(async () => result.current.stop("cancelling", () => Promise.reject(new Error("No such job."))));
  expect(result.current).toMatchObject({ stopping: null, problem: "No such job." });
  await act(async () => result.current.stop("cancelling", () => Promise.resolve()));
  expect(result.current).toMatchObject({ stopping: "cancelling", problem: null });
});
