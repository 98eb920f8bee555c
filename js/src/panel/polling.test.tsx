import { act, fireEvent } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Job } from "../api/contract";
import { POLL_MILLISECONDS } from "../hooks/usePolling";
import { strings as indexStrings } from "../indexes/strings";
import { strings as jobStrings } from "../jobs/strings";
import { index, job, overview } from "../test/data";
import { answer, at, callsOf, show } from "../test/panel";
import { DatasetPanel } from "./DatasetPanel";
import { strings } from "./strings";

const many = Array.from({ length: 200 }, (_, n) => ({ ...index, brain_key: `index_${n}` }));
const running: Job[] = ["a", "b"].map((id, n) => ({ ...job, id, operator: "sync_index", brain_key: `index_${n}` }));
const drawn = {
  cards: vi.spyOn(indexStrings, "built"),
  jobs: vi.spyOn(jobStrings, "phase"),
  header: vi.spyOn(strings, "index"),
};

/** How often each part is drawn, by what is answered to the next question for the jobs. */
async function drawnAfter(jobs: Job[]) {
  answer({ overview, jobs: { jobs: structuredClone(jobs), loading: null } });
  Object.values(drawn).forEach((each) => each.mockClear());
  const before = callsOf("jobs").length;
  await act(() => vi.advanceTimersByTimeAsync(POLL_MILLISECONDS + 1));
  expect(callsOf("jobs").length).toBe(before + 1);
  return Object.values(drawn).map((each) => each.mock.calls.length);
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("of 200 indexes and two jobs only what an answer changes is drawn again", async () => {
  answer({ overview: { ...overview, indexes: many, jobs: running } });
  show(<DatasetPanel dataset="animals" />);
  await act(() => vi.advanceTimersByTimeAsync(0));
  fireEvent.click(at("milvus-tab-indexes"));
  at("milvus-index-index_199");
  await drawnAfter(running);
  expect(await drawnAfter(running)).toEqual([0, 0, 0]);
  const [first, second] = running;
  const further = { ...first, done: first.done + 1 };
  expect(await drawnAfter([further, second])).toEqual([0, 1, 0]);
  // a job that begins locks the buttons of its index
  const third = { ...second, id: "c", brain_key: "index_2" };
  expect(await drawnAfter([further, second, third])).toEqual([1, 1, 0]);
});
