import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { job } from "../test/data";
import { answer, at, callsOf, show } from "../test/panel";
import { RunningJob } from "./RunningJob";

const button = (name: string) => screen.getByRole<HTMLButtonElement>("button", { name: `${name} images` });

test("it says what is being done, and where", () => {
  show(<RunningJob job={{ ...job, delegated: true }} />);
  expect(at("milvus-job").textContent).toContain("images Compute index: Embedding · on a worker");
});

test("once it is asked to pause, nothing more is asked", async () => {
  answer({ pause: {} });
  const { user } = show(<RunningJob job={job} />);
  await user.click(button("Pause"));
  expect(at("milvus-job").textContent).toContain("images Pausing…");
  expect([button("Pause").disabled, button("Cancel").disabled]).toEqual([true, true]);
  expect(callsOf("pause")).toEqual([{ job_id: "job-1" }]);
});

test("what waits for a worker can't be paused, but cancelled", async () => {
  answer({ cancel: {} });
  const { user } = show(<RunningJob job={{ ...job, state: "queued", delegated: true }} />);
  expect(at("milvus-job").textContent).toContain("Compute index: waiting for a worker");
  expect(screen.queryByRole("button", { name: "Pause images" })).toBeNull();
  await user.click(button("Cancel"));
  expect(at("milvus-job").textContent).toContain("images Cancelling…");
});

test("a job that can't be stopped says why, and can be asked again", async () => {
  answer({
    cancel: () => {
      throw new Error("No such job.");
    },
  });
  const { user } = show(<RunningJob job={job} />);
  await user.click(button("Cancel"));
  await waitFor(() => expect(at("milvus-problem").textContent).toContain("No such job."));
  expect(button("Cancel").disabled).toBe(false);
});
