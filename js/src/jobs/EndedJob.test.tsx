import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type { Job } from "../api/contract";
import { job } from "../test/data";
import { show } from "../test/panel";
import { EndedJob } from "./EndedJob";

const on = { onDismiss: vi.fn(), onResume: vi.fn() };
const ended = (state: Job["state"], props = {}) => show(<EndedJob job={{ ...job, state }} {...on} {...props} />).user;

test.each(["done", "cancelled", "paused"] as const)("one that is %s is announced politely", (state) => {
  ended(state);
  expect(screen.getByRole("status").textContent).toContain("images: ");
});

test("one that failed is announced at once", () => {
  ended("failed");
  expect(screen.getByRole("alert").textContent).toContain("images: Failed after 120 of 538 samples.");
});

test("a paused job can be resumed, if there is something to resume", async () => {
  const user = ended("paused");
  await user.click(screen.getByRole("button", { name: "Resume images" }));
  expect(on.onResume).toHaveBeenCalledOnce();
});

test.each([
  ["paused", undefined],
  ["failed", on.onResume],
] as const)("else it doesn't: %s", (state, onResume) => {
  ended(state, { onResume });
  expect(screen.queryByRole("button", { name: "Resume images" })).toBeNull();
});

test("it is dismissed", async () => {
  const user = ended("done");
  await user.click(screen.getByRole("button", { name: "Dismiss images" }));
  expect(on.onDismiss).toHaveBeenCalledOnce();
});
