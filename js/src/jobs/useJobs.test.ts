import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Job } from "../api/contract";
import { POLL_MILLISECONDS } from "../hooks/usePolling";
import { job } from "../test/data";
import { answer, callsOf, Wrapper } from "../test/panel";
import { useJobs } from "./useJobs";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const second = () => act(() => vi.advanceTimersByTimeAsync(POLL_MILLISECONDS));

function jobsOf(fetched: Job[], expected = false) {
  const onEnd = vi.fn();
  const hook = renderHook(({ fetched, expected }) => useJobs(fetched, expected, onEnd), {
    wrapper: Wrapper,
    initialProps: { fetched, expected },
  });
  return { ...hook, onEnd };
}

const NONE: Job[] = [];

test("nobody is asked while nothing runs", async () => {
  jobsOf([{ ...job, state: "done" }]);
  await second();
  expect(callsOf("jobs")).toHaveLength(0);
});

test("a running job is asked for every second until it ends", async () => {
  answer({ jobs: { jobs: [{ ...job, done: 200 }] } });
  const { result, onEnd } = jobsOf([job]);
  await second();
  expect(result.current[0].done).toBe(200);
  await second();
  expect(callsOf("jobs")).toHaveLength(2);
  expect(onEnd).not.toHaveBeenCalled();

  answer({ jobs: { jobs: [{ ...job, state: "done" }] } });
  await second();
  expect(result.current[0].state).toBe("done");
  expect(onEnd).toHaveBeenCalledTimes(1);
  await second();
  await second();
  expect(callsOf("jobs")).toHaveLength(3);
});

test("a queued job is asked for, too", async () => {
  answer({ jobs: { jobs: [{ ...job, state: "queued" }] } });
  jobsOf([{ ...job, state: "queued" }]);
  await second();
  expect(callsOf("jobs")).toHaveLength(1);
});

test("an expected job is asked for before it shows up", async () => {
  answer({ jobs: { jobs: [] } });
  const { rerender } = jobsOf(NONE, true);
  await second();
  expect(callsOf("jobs")).toHaveLength(1);
  rerender({ fetched: NONE, expected: false });
  await second();
  expect(callsOf("jobs")).toHaveLength(1);
});

test("a failed poll is tried again", async () => {
  answer({ jobs: { error: { code: "busy", message: "later" } } });
  const { result } = jobsOf([job]);
  await second();
  expect(result.current).toEqual([job]);
  answer({ jobs: { jobs: [{ ...job, done: 300 }] } });
  await second();
  expect(result.current[0].done).toBe(300);
});

test("a new overview replaces what was polled", async () => {
  answer({ jobs: { jobs: [{ ...job, done: 200 }] } });
  const { result, rerender } = jobsOf([job]);
  await second();
  const fetched = [{ ...job, state: "done" as const }];
  rerender({ fetched, expected: false });
  expect(result.current).toBe(fetched);
});

test("who returns to the window sees what another one started", async () => {
  answer({ jobs: { jobs: [job] } });
  const { result } = jobsOf(NONE);
  act(() => void window.dispatchEvent(new Event("focus")));
  await act(() => vi.advanceTimersByTimeAsync(0));
  expect(callsOf("jobs")).toHaveLength(1);
  expect(result.current).toEqual([job]);
  await second();
  expect(callsOf("jobs")).toHaveLength(2);
});

test("polling stops with the panel", async () => {
  answer({ jobs: { jobs: [job] } });
  const { unmount } = jobsOf([job]);
  unmount();
  await second();
  expect(callsOf("jobs")).toHaveLength(0);
});
