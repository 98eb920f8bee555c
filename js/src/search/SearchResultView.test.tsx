import { fireEvent, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { result, searchResult } from "../test/data";
import { filters, notify, view } from "../test/fiftyone";
import { absent, at, callsOf } from "../test/panel";
import { all, results, searched } from "../test/search";

test("the handle of the histogram cuts the grid with one request", async () => {
  await searched();
  await waitFor(() => at("milvus-histogram"));
  fireEvent.change(at("milvus-cut"), { target: { value: 1 } });
  await waitFor(() => expect(callsOf("keep_results")).toEqual([{ token: "token-1", keep: 532 }]));
  expect(at("milvus-result-line").textContent).toContain("the first 532 in the grid");
});

test("results are tagged, and a view and a search are saved, each with one request", async () => {
  const answered = { message: "Done.", changed: [], tags: [] };
  const { user } = await searched({ tags: answered, tag_results: answered, save_view: answered, save_search: answered });
  await waitFor(() => at("milvus-tag"));
  for (const action of ["tag", "save_view", "save_search"]) {
    await user.click(at(`milvus-${action}`));
    await user.type(at("milvus-name"), "good{Enter}");
    await waitFor(() => expect(absent("milvus-name")).toBe(true));
  }
  expect(notify).toHaveBeenCalledTimes(3);
  expect(callsOf("tag_results")).toEqual([{ token: "token-1", keep: 538, tag: "good" }]);
  expect(callsOf("save_view")).toEqual([{ token: "token-1", keep: 538, name: "good" }]);
  expect(callsOf("save_search")).toEqual([{ token: "token-1", name: "good" }]);
});

test("without a result it says why, and what was in the grid comes back", async () => {
  const reason = "Nothing passes the filter on theme.";
  const empty = { ...searchResult, results: [], total: 0, histogram: null, empty: { reason, limits: ["filter"] } };
  const { user } = await searched({ search: empty });
  await waitFor(() => expect(at("milvus-no-results").textContent).toContain(reason));
  await user.click(at("milvus-loosen"));
  expect(callsOf("search")).toHaveLength(2);
  await user.click(at("milvus-clear"));
  await waitFor(() => expect(absent("milvus-no-results")).toBe(true));
  expect(callsOf("clear_results")).toHaveLength(1);
});

test("clearing takes the result out of the grid and out of the panel", async () => {
  const { user } = await searched();
  await waitFor(() => at("milvus-clear"));
  await user.click(at("milvus-clear"));
  await waitFor(() => expect(results()).toHaveLength(0));
  expect(callsOf("clear_results")).toHaveLength(1);
});

const ranked = (...ids: string[]) => ({
  _cls: "fiftyone.core.stages.Select",
  kwargs: [["sample_ids", ids], ["ordered", true]],
});
const two = { ...searchResult, total: 2 };

test("Show more has the same search with more results", async () => {
  const more = { ...two, token: "token-2", total: 4, further: 0 };
  const { user } = await searched({ search: { ...two, further: 2 }, more_results: more });
  await waitFor(() => expect(at("milvus-show-more").textContent).toBe("Show 2 more"));
  await user.click(at("milvus-show-more"));
  await waitFor(() => expect(at("milvus-result-line").textContent).toContain("4 of"));
  expect(callsOf("more_results")).toEqual([{ token: "token-1" }]);
  expect([absent("milvus-show-more"), absent("milvus-outdated")]).toEqual([true, true]);
});

test("where the index has no more results, none are offered", async () => {
  await searched({ search: { ...searchResult, total: 1538, further: 1538 } });
  await waitFor(() => at("milvus-results"));
  expect(absent("milvus-show-more")).toBe(true);
});

test("of results that the sidebar filters, those that the grid shows are listed", async () => {
  const filtered = { kind: { values: ["a"] } };
  await searched({ search: two, results_in_grid: { positions: [1] }, view_count: { count: 9, shows_results: true } }, ({ set }) => {
    set(view, [ranked("a", "b")]);
    set(filters, filtered);
  });
  await waitFor(() => expect(results().map(({ dataset }) => dataset.id)).toEqual(["b"]));
  expect(at("milvus-in-grid").textContent).toBe("1 of 2 shown; filtered in the sidebar");
  expect(callsOf("results_in_grid")).toEqual([{ token: "token-1", keep: 2 }]);
});

test("results that can't follow the query say so and why, others that they are being updated", async () => {
  const { user } = await searched();
  await waitFor(() => at("milvus-result-line"));
  expect(absent("milvus-outdated")).toBe(true);
  await user.click(at("milvus-chip-sign"));
  expect(at("milvus-outdated").textContent).toContain("Out of date. Add a text");
  await user.click(at("milvus-chip-sign"));
  expect(absent("milvus-outdated")).toBe(true);
  await user.selectOptions(at("milvus-chip-weight"), "2");
  expect(at("milvus-result-line").textContent).toBe("Updating…");
  await waitFor(() => expect(callsOf("search")).toHaveLength(2));
  await waitFor(() => expect(at("milvus-result-line").textContent).toContain("538 of"));
});

test("a clear gap between the scores is cut at with one click", async () => {
  const histogram = { first: 0.9, last: 0.1, counts: [2, 536], ends: [2, 538], gap: 2 };
  const { user } = await searched({ search: { ...searchResult, histogram } });
  await waitFor(() => expect(at("milvus-gap").textContent).toBe("Clear gap: keep 2"));
  await user.click(at("milvus-gap"));
  await waitFor(() => expect(absent("milvus-gap")).toBe(true));
  expect(callsOf("keep_results")).toEqual([{ token: "token-1", keep: 2 }]);
});

test("the scores of the whole index come after the results", async () => {
  const background = { last: -0.2, within: [0, 0, 3, 9], beyond: [4, 5] };
  await searched({ score_background: { background } });
  await waitFor(() => expect(document.querySelectorAll("[data-behind]")).toHaveLength(6));
  expect(callsOf("score_background")).toEqual([{ token: "token-1" }]);
});

test("it says so where nothing is close", async () => {
  const { user } = await searched({ closeness: { message: "Nothing here is close." } });
  await waitFor(() => expect(results()).toHaveLength(2));
  expect(callsOf("closeness")).toHaveLength(0);
  await user.click(at("milvus-chip-remove"));
  await user.click(all("milvus-more-like")[0]);
  await waitFor(() => expect(at("milvus-nothing-close").textContent).toBe("Nothing here is close."));
});

test("the results are compared with an earlier search, and are there again afterwards", async () => {
  const past = ["2", "1"].map((id) => ({ id, label: `search ${id}`, at: "2025-03-04T05:06:07Z", results: 5, brain_key: "images" }));
  const compared = { ...result, other_rank: null };
  const { user } = await searched({
    search_history: { searches: past, total: 2, saved: [] },
    compare_results: { overlap: 0, first: [compared], second: [compared] },
  });
  await waitFor(() => expect(results()).toHaveLength(2));
  await user.click(at("milvus-compare"));
  await waitFor(() => at("milvus-compare-search"));
  await user.click(at("milvus-compare-search"));
  await waitFor(() => expect(all("milvus-compared")).toHaveLength(2));
  expect(callsOf("compare_results")).toEqual([{ token: "token-1", id: "1" }]);
  expect(results()).toHaveLength(0);
  await user.click(at("milvus-close-comparison"));
  expect(results()).toHaveLength(2);
});
