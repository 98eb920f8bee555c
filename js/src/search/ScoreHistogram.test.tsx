import { act, fireEvent } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Background } from "../api/contract";
import { at, show } from "../test/panel";
import { ScoreHistogram } from "./ScoreHistogram";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const histogram = { first: 0.9, last: 0.1, counts: [2, 0, 5, 3], ends: [2, 2, 7, 10], gap: null };
const onCut = vi.fn();

const cut = (keep = 10, background: Background | null = null) =>
  show(<ScoreHistogram kind="similarity" {...{ histogram, background, keep, onCut }} />);
const drag = (value: number) => fireEvent.change(at("milvus-cut"), { target: { value } });
const rest = () => act(() => vi.advanceTimersByTimeAsync(250));
const line = () => at("milvus-cut-line").textContent;

test("the handle says how many results it keeps, and of which scores", () => {
  cut(7);
  expect(line()).toBe("Minimum similarity 0.300: 7 of 10 results");
  expect(at("milvus-cut").getAttribute("aria-valuetext")).toBe(line());
});

test("the axis goes from the worst score to the best", () => {
  cut(7);
  const numbers = [...at("milvus-score-axis").querySelectorAll("span")].map(({ textContent }) => textContent);
  expect(numbers).toEqual(["0.100", "0.300", "0.500", "0.700", "0.900"]);
  const bars = [...at("milvus-histogram").querySelectorAll<HTMLElement>("[data-kept]")];
  expect(bars.map(({ dataset }) => dataset.kept)).toEqual(["false", "true", "true", "true"]);
});

test("the scores of the whole index are behind the results, and before the worst one", () => {
  cut(7, { last: -0.1, within: [0, 1, 4, 9], beyond: [16] });
  const heights = [...at("milvus-histogram").querySelectorAll<HTMLElement>("[data-behind]")].map(({ style }) => style.height);
  expect(heights).toEqual(["100%", "75%", "50%", "25%", "0%"]);
  const numbers = [...at("milvus-score-axis").querySelectorAll("span")].map(({ textContent }) => textContent);
  expect(numbers).toEqual(["-0.100", "0.100", "0.500", "0.900"]);
});

test("a drag shows its result as it goes, and cuts once, where it rests", async () => {
  cut();
  drag(2);
  expect(line()).toBe("Minimum similarity 0.500: 2 of 10 results");
  drag(1);
  expect(onCut).not.toHaveBeenCalled();
  await rest();
  expect(onCut.mock.calls).toEqual([[7]]);
});

test("a drag back to where it was cuts nothing", async () => {
  cut();
  drag(2);
  drag(0);
  await rest();
  expect(onCut).not.toHaveBeenCalled();
});

test("a drag isn't finished for who has left", async () => {
  const { unmount } = cut();
  drag(2);
  unmount();
  await rest();
  expect(onCut).not.toHaveBeenCalled();
});
