import { expect, test } from "vitest";
import { job } from "../test/data";
import { isActive, outcome, percent, progressLine } from "./jobState";

test("the progress line has count, rate and time left", () => {
  expect(progressLine(job)).toBe("120 / 538 · 24/s · 18 s left");
  expect(progressLine({ ...job, rate: null, remaining: null })).toBe("120 / 538");
  expect(progressLine({ ...job, rate: null, remaining: null, failed: 1200, bottleneck: "reading" })).toBe(
    "120 / 538 · 1,200 without a vector · bottleneck: reading",
  );
  expect(progressLine({ ...job, total: 0, rate: null, remaining: null })).toBe("120");
});

test("percent is unknown without a total and never above 100", () => {
  expect(percent({ ...job, done: 1, total: 4 })).toBe(25);
  expect(percent({ ...job, total: 0 })).toBeNull();
  expect(percent({ ...job, done: 9, total: 4 })).toBe(100);
});

test("queued and running jobs are active", () => {
  const states = ["queued", "running", "done", "failed", "cancelled"] as const;
  expect(states.filter((state) => isActive({ ...job, state }))).toEqual(["queued", "running"]);
});

test("an ended job has a sentence, Python's if it sent one", () => {
  expect(outcome({ ...job, state: "done", done: 538 })).toBe("538 of 538 samples done.");
  expect(outcome({ ...job, state: "cancelled" })).toBe("Cancelled after 120 of 538 samples.");
  expect(outcome({ ...job, state: "failed" })).toBe("Failed after 120 of 538 samples.");
  expect(outcome({ ...job, state: "failed", message: "Disk full." })).toBe("Disk full.");
});
