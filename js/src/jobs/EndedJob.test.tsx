import { act, fireEvent, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Job } from "../api/contract";
import { job } from "../test/data";
import { at, show } from "../test/panel";
import { EndedJob, SHOWN_MILLISECONDS } from "./EndedJob";

beforeEach(() => void vi.clearAllMocks());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

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

const pass = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));
const soon = async () => {
  await pass(SHOWN_MILLISECONDS);
  await pass(1_500); // it fades
};

test.each([
  ["done", true],
  ["cancelled", true],
  ["paused", false],
  ["failed", false],
] as const)("one that is %s goes by itself: %s", async (state, goes) => {
  vi.useFakeTimers();
  ended(state);
  await soon();
  expect(on.onDismiss).toHaveBeenCalledTimes(Number(goes));
});

test("it stays while the pointer is on it, and while the page is hidden", async () => {
  vi.useFakeTimers();
  ended("done");
  fireEvent.mouseEnter(at("milvus-job"));
  await soon();
  fireEvent.mouseLeave(at("milvus-job"));
  const state = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  fireEvent(document, new Event("visibilitychange"));
  await soon();
  expect(on.onDismiss).not.toHaveBeenCalled();
  state.mockReturnValue("visible");
  fireEvent(document, new Event("visibilitychange"));
  await soon();
  expect(on.onDismiss).toHaveBeenCalledOnce();
});
