import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { job } from "../test/data";
import { at, show } from "../test/panel";
import { JobProgress } from "./JobProgress";

const bar = () => screen.getByRole("progressbar", { name: "Progress of images" });
const progress = (of?: typeof job) => show(<JobProgress job={of} label="Progress of images" />);

test("a bar shows how far the job is, with numbers beneath", () => {
  progress(job);
  expect(bar().getAttribute("aria-valuenow")).toBe("22");
  expect(at("milvus-progress").textContent).toBe("120 / 538 · 24/s · 18 s left");
});

test("while nobody knows how much there is, the bar only moves", () => {
  progress({ ...job, total: 0, rate: null, remaining: null });
  expect(bar().hasAttribute("aria-valuenow")).toBe(false);
  expect(at("milvus-progress").textContent).toBe("120");
});

test("a queued job waits for a worker, and says how one is started", () => {
  progress({ ...job, state: "queued" });
  expect(bar().hasAttribute("aria-valuenow")).toBe(false);
  expect(at("milvus-progress").textContent).toContain("fiftyone delegated launch");
});

test("a job that isn't known yet has a bar and no words", () => {
  progress();
  expect(bar().hasAttribute("aria-valuenow")).toBe(false);
  expect(at("milvus-progress").textContent).toBe("");
});
