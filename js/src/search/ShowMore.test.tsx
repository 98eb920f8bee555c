import { act, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { result, searchResult } from "../test/data";
import { filters, view } from "../test/fiftyone";
import { absent, at, callsOf } from "../test/panel";
import { results, searched } from "../test/search";

type Report = (entries: { isIntersecting: boolean }[]) => void;

const observers = new Set<Report>();
const scrollToEnd = () =>
  act(() => observers.forEach((report) => report([{ isIntersecting: false }, { isIntersecting: true }])));

beforeEach(() =>
  vi.stubGlobal(
    "IntersectionObserver",
    class {
      constructor(private report: Report) {}
      observe = () => void observers.add(this.report);
      disconnect = () => void observers.delete(this.report);
    },
  ),
);
afterEach(() => void vi.unstubAllGlobals());

const some = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ ...result, id: `r${n}`, sample_id: `r${n}`, rank: n + 1 }));
const found = (count: number, further: number) => ({
  ...searchResult,
  token: `token-${count}`,
  total: count,
  further,
  results: some(count),
});

test("at the end of the list the next results follow, until there are no more; the focus stays", async () => {
  const answers = [found(4, 4), found(8, 0)];
  await searched({ search: found(2, 2), more_results: () => answers.shift() });
  await waitFor(() => expect(results()).toHaveLength(2));
  const first = results()[0];
  first.focus();
  scrollToEnd();
  await waitFor(() => expect(results()).toHaveLength(4));
  expect(document.activeElement).toBe(first);
  scrollToEnd();
  await waitFor(() => expect(results()).toHaveLength(8));
  expect(absent("milvus-show-more")).toBe(true);
  scrollToEnd();
  expect(callsOf("more_results")).toEqual([{ token: "token-2" }, { token: "token-4" }]);
  expect(document.activeElement).toBe(first);
});

test("after an error nothing is asked for by scrolling, until Show more was pressed", async () => {
  const failing = () => {
    throw new Error("no answer");
  };
  const answers = [failing, () => found(4, 4), () => found(8, 0)];
  const { user } = await searched({ search: found(2, 2), more_results: () => answers.shift()?.() });
  await waitFor(() => expect(results()).toHaveLength(2));
  scrollToEnd();
  await waitFor(() => expect(document.body.textContent).toContain("no answer"));
  scrollToEnd();
  expect(callsOf("more_results")).toHaveLength(1);
  await user.click(at("milvus-show-more"));
  await waitFor(() => expect(results()).toHaveLength(4));
  expect(document.activeElement).toBe(at("milvus-show-more"));
  scrollToEnd();
  await waitFor(() => expect(results()).toHaveLength(8));
});

test("results that are out of date, or filtered in the sidebar, don't go on", async () => {
  const stage = { _cls: "fiftyone.core.stages.Select", kwargs: [["sample_ids", ["r0", "r1"]], ["ordered", true]] };
  const { user } = await searched(
    { search: found(2, 2), results_in_grid: { positions: [1] }, view_count: { count: 9, shows_results: true } },
    ({ set }) => {
      set(view, [stage]);
      set(filters, { kind: { values: ["a"] } });
    },
  );
  await waitFor(() => expect(results()).toHaveLength(1));
  scrollToEnd();
  await user.click(at("milvus-chip-sign"));
  scrollToEnd();
  expect(callsOf("more_results")).toEqual([]);
});
