import { waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { result, searchResult } from "../test/data";
import { executed, expandSample, isPatchesView, modalNavigation, selectedSamples } from "../test/fiftyone";
import { at, callsOf } from "../test/panel";
import { all, results, searched } from "../test/search";

test("the results have rank, score and label", async () => {
  await searched();
  await waitFor(() => expect(results()).toHaveLength(2));
  expect(at("milvus-result-line").textContent).toBe("538 of 1,538 in 18 ms, exact");
  expect(at("milvus-result-score").textContent).toBe("0.912");
  expect(results()[0].textContent).toContain("bird");
});

test("more like a result is another search with it", async () => {
  const { user } = await searched();
  await waitFor(() => expect(results()).toHaveLength(2));
  await user.click(all("milvus-less-like")[1]);
  expect(callsOf("search")[1]).toMatchObject({
    query: { terms: [{ text: ["a bird"] }, { id: "b", negative: true }] },
  });
});

test("the checkbox selects the result in the grid", async () => {
  const { user } = await searched({ selection: { chips: [] } }, ({ set }) =>
    set(selectedSamples, new Map([["z", "alt"]])),
  );
  await waitFor(() => expect(results()).toHaveLength(2));
  await user.click(all("milvus-tick")[0]);
  expect(executed).toHaveBeenCalledWith("@voxel51/operators/set_selected_samples", {
    samples: [
      { id: "z", type: "alt" },
      { id: "a", type: "default" },
    ],
  });
});

test.each([
  [false, "sample"],
  [true, "patch"],
])("a click opens what the grid shows (patches view: %s)", async (patches, id) => {
  const patch = { ...result, id: "patch", sample_id: "sample" };
  const { user } = await searched({ search: { ...searchResult, results: [patch] } }, ({ set }) =>
    set(isPatchesView, patches),
  );
  await waitFor(() => expect(results()).toHaveLength(1));
  await user.click(results()[0]);
  await waitFor(() => expect(expandSample).toHaveBeenCalledWith({ id, hasNext: true, hasPrevious: false }));
});

test("an opened result is followed by the next in rank order, also one of a page to come", async () => {
  const page = Array.from({ length: 100 }, (_, n) => ({ ...result, sample_id: `sample-${n}`, rank: n + 1 }));
  const last = { ...result, sample_id: "last", rank: 101 };
  const { user } = await searched({
    search: { ...searchResult, total: 101, results: page },
    next_results: { results: [last] },
  });
  await waitFor(() => expect(results().length).toBeGreaterThan(1));
  await user.click(results()[1]);
  await waitFor(() => expect(expandSample).toHaveBeenCalledOnce());
  const [{ next, previous }] = modalNavigation.set.mock.calls[0];
  expect(await next()).toEqual({ id: "sample-2", hasNext: true, hasPrevious: true });
  expect(await previous(2)).toEqual({ id: "sample-0", hasNext: true, hasPrevious: false });
  expect(await next(100)).toEqual({ id: "last", hasNext: false, hasPrevious: true });
});

test("the arrow keys go from result to result, and Tab focuses one of them", async () => {
  const { user } = await searched();
  await waitFor(() => expect(results()).toHaveLength(2));
  results()[0].focus();
  await user.keyboard("{ArrowRight}");
  await waitFor(() => expect(document.activeElement).toBe(results()[1]));
  expect(results().map(({ tabIndex }) => tabIndex)).toEqual([-1, 0]);
});

test.each([
  ["+", { id: "b" }],
  ["-", { id: "b", negative: true }],
])("%s on a result searches with it", async (key, term) => {
  const { user } = await searched();
  await waitFor(() => expect(results()).toHaveLength(2));
  results()[1].focus();
  await user.keyboard(key);
  expect(callsOf("search")[1]).toMatchObject({ query: { terms: [{ text: ["a bird"] }, term] } });
});

test("x selects a result, and with Ctrl it is the browser's", async () => {
  const { user } = await searched({ selection: { chips: [] } });
  await waitFor(() => expect(results()).toHaveLength(2));
  results()[0].focus();
  await user.keyboard("{Control>}x{/Control}");
  expect(executed).not.toHaveBeenCalled();
  await user.keyboard("x");
  const samples = [{ id: "a", type: "default" }];
  expect(executed).toHaveBeenCalledWith("@voxel51/operators/set_selected_samples", { samples });
});

test("t on a result asks for a tag, and gives the last one from then on", async () => {
  const { user } = await searched({ tags: { tags: [] }, tag_results: { message: "Done.", changed: ["a"] } });
  await waitFor(() => expect(results()).toHaveLength(2));
  results()[0].focus();
  await user.keyboard("t");
  await user.type(at("milvus-name"), "good{Enter}");
  await waitFor(() => expect(at("milvus-result-tags").textContent).toBe("good"));
  results()[1].focus();
  await user.keyboard("t");
  await waitFor(() => expect(callsOf("tag_results")).toHaveLength(2));
  expect(callsOf("tag_results")[1]).toEqual({ token: "token-1", keep: 538, tag: "good", selection: ["b"] });
});
