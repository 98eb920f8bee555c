import { act, screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { job } from "../test/data";
import { absent, answer, at, callsOf, show } from "../test/panel";
import { JobList } from "./JobList";

const props = { known: ["images"], onResume: vi.fn() };

test("a running job shows its progress", () => {
  show(<JobList {...props} jobs={[job]} />);
  const bar = at("milvus-progress-bar");
  expect(bar.getAttribute("role")).toBe("progressbar");
  expect(bar.getAttribute("aria-valuenow")).toBe("22");
  expect(at("milvus-job").textContent).toContain("Embedding");
  expect(at("milvus-progress").textContent).toBe("120 / 538 · 24/s · 18 s left");
});

test("a queued job says how to start a worker", () => {
  show(<JobList {...props} jobs={[{ ...job, state: "queued", delegated: true }]} />);
  expect(at("milvus-job").textContent).toContain("waiting for a worker");
  expect(at("milvus-job").textContent).toContain("fiftyone delegated launch");
  expect(at("milvus-progress-bar").hasAttribute("aria-valuenow")).toBe(false);
});

test("cancelling calls Python once", async () => {
  answer({ cancel: {} });
  const { user } = show(<JobList {...props} jobs={[job]} />);
  await user.click(at("milvus-cancel"));
  expect(callsOf("cancel")).toEqual([{ job_id: "job-1" }]);
  expect(at<HTMLButtonElement>("milvus-cancel").disabled).toBe(true);
});

test("a failed cancel is shown and can be tried again", async () => {
  answer({ cancel: { error: { code: "gone", message: "No such job." } } });
  const { user } = show(<JobList {...props} jobs={[job]} />);
  await user.click(at("milvus-cancel"));
  await waitFor(() => expect(at("milvus-problem").textContent).toBe("No such job."));
  expect(at<HTMLButtonElement>("milvus-cancel").disabled).toBe(false);
});

test("a failed job shows its message as an error", () => {
  show(<JobList {...props} jobs={[{ ...job, state: "failed", message: "The disk is full." }]} />);
  expect(screen.getByRole("alert").textContent).toContain("images: The disk is full.");
  expect(at("milvus-job").className).toContain("Error");
});

test("a dismissed job stays away", async () => {
  answer({ dismiss: {} });
  const { user } = show(<JobList {...props} jobs={[{ ...job, state: "done", done: 538 }]} />);
  expect(at("milvus-job").dataset.state).toBe("done");
  await user.click(screen.getByRole("button", { name: "Dismiss images" }));
  expect(absent("milvus-job")).toBe(true);
  expect(callsOf("dismiss")).toEqual([{ job_id: "job-1" }]);
});

test("pausing calls Python once, and what was paused can go on", async () => {
  answer({ pause: {} });
  const { user, unmount } = show(<JobList {...props} jobs={[job]} />);
  await user.click(at("milvus-pause"));
  expect(callsOf("pause")).toEqual([{ job_id: "job-1" }]);
  expect(at<HTMLButtonElement>("milvus-cancel").disabled).toBe(true);
  unmount();
  const paused = { ...job, state: "paused" as const };
  const again = show(<JobList {...props} jobs={[paused]} />);
  expect(at("milvus-job").textContent).toContain("Paused after 120 of 538 samples");
  await again.user.click(at("milvus-resume"));
  expect(props.onResume).toHaveBeenCalledWith(paused);
});

test("a job that was paused before it indexed anything can't be resumed", () => {
  show(<JobList {...props} known={[]} jobs={[{ ...job, state: "paused", done: 0, message: "Nothing." }]} />);
  expect(at("milvus-job").textContent).toContain("Nothing.");
  expect(absent("milvus-resume")).toBe(true);
});

test("only a job that can be resumed can be paused", () => {
  show(<JobList {...props} jobs={[{ ...job, operator: "move_index", can_pause: false }]} />);
  expect(absent("milvus-pause")).toBe(true);
  at("milvus-cancel");
});

test("a comparison that went well is no news", () => {
  show(<JobList {...props} jobs={[{ ...job, operator: "index_health", state: "done" }]} />);
  expect(absent("milvus-job")).toBe(true);
});

test("an error that is shown elsewhere is shown once, and is no news afterwards", async () => {
  answer({ dismiss: {} });
  const jobs = [{ ...job, state: "failed" as const, message: "The disk is full." }];
  const { rerender } = show(<JobList {...props} jobs={jobs} shownErrors={[null, "The disk is full."]} />);
  expect(absent("milvus-job")).toBe(true);
  expect(callsOf("dismiss")).toEqual([{ job_id: "job-1" }]);
  await act(async () => undefined); // its dismissal is answered
  rerender(<JobList {...props} jobs={jobs} shownErrors={[null]} />);
  expect(absent("milvus-job")).toBe(true);
});

test("those that have ended are dismissed together, and what runs stays", async () => {
  answer({ dismiss: {} });
  const jobs = (["failed", "running", "done"] as const).map((state, n) => ({ ...job, id: String(n), state }));
  const { user } = show(<JobList {...props} jobs={jobs} />);
  await user.click(at("milvus-dismiss-all"));
  expect(callsOf("dismiss")).toEqual([{ job_id: "0" }, { job_id: "2" }]);
  expect(at("milvus-job").dataset.state).toBe("running");
  expect(absent("milvus-dismiss-all")).toBe(true);
});
