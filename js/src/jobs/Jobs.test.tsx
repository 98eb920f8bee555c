import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { job } from "../test/data";
import { absent, answer, at, callsOf, show } from "../test/panel";
import { Jobs } from "./Jobs";

test("a running job shows its progress", () => {
  show(<Jobs jobs={[job]} />);
  const bar = at("milvus-progress-bar");
  expect(bar.getAttribute("role")).toBe("progressbar");
  expect(bar.getAttribute("aria-valuenow")).toBe("22");
  expect(at("milvus-job").textContent).toContain("Embedding");
  expect(at("milvus-progress").textContent).toBe("120 / 538 · 24/s · 18 s left");
});

test("a queued job says how to start a worker", () => {
  show(<Jobs jobs={[{ ...job, state: "queued", delegated: true }]} />);
  expect(at("milvus-job").textContent).toContain("Waiting for a worker");
  expect(at("milvus-job").textContent).toContain("fiftyone delegated launch");
  expect(at("milvus-progress-bar").hasAttribute("aria-valuenow")).toBe(false);
});

test("cancelling calls Python once", async () => {
  answer({ cancel: {} });
  const { user } = show(<Jobs jobs={[job]} />);
  await user.click(at("milvus-cancel"));
  expect(callsOf("cancel")).toEqual([{ job_id: "job-1" }]);
  expect(at<HTMLButtonElement>("milvus-cancel").disabled).toBe(true);
});

test("a failed cancel is shown and can be tried again", async () => {
  answer({ cancel: { error: { code: "gone", message: "No such job." } } });
  const { user } = show(<Jobs jobs={[job]} />);
  await user.click(at("milvus-cancel"));
  await waitFor(() => expect(at("milvus-problem").textContent).toBe("No such job."));
  expect(at<HTMLButtonElement>("milvus-cancel").disabled).toBe(false);
});

test("a failed job shows its message as an error", () => {
  show(<Jobs jobs={[{ ...job, state: "failed", message: "The disk is full." }]} />);
  expect(screen.getByRole("alert").textContent).toContain("pictures: The disk is full.");
  expect(at("milvus-job").className).toContain("Error");
});

test("a done job can be dismissed for good", async () => {
  answer({ dismiss: {} });
  const { user } = show(<Jobs jobs={[{ ...job, state: "done", done: 538 }]} />);
  expect(at("milvus-job").dataset.state).toBe("done");
  await user.click(screen.getByRole("button", { name: "Dismiss" }));
  expect(absent("milvus-job")).toBe(true);
  expect(callsOf("dismiss")).toEqual([{ job_id: "job-1" }]);
});
