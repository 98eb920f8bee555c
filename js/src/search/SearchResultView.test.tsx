import { fireEvent, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { searchResult } from "../test/data";
import { notify } from "../test/fiftyone";
import { absent, at, callsOf } from "../test/panel";
import { results, searched } from "../test/search";

test("the handle of the histogram cuts the grid with one request", async () => {
  await searched();
  await waitFor(() => at("milvus-histogram"));
  fireEvent.change(at("milvus-cut"), { target: { value: 3 } });
  await waitFor(() => expect(callsOf("keep_results")).toEqual([{ token: "token-1", keep: 532 }]));
  expect(at("milvus-result-line").textContent).toContain("the first 532 in the grid");
});

test("results are tagged, and a view and a search are saved, each with one request", async () => {
  const answered = { message: "Done." };
  const { user } = await searched({ tag_results: answered, save_view: answered, save_search: answered });
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
  const empty_reason = "Nothing passes the filter on theme.";
  const empty = { ...searchResult, results: [], total: 0, histogram: null, empty_reason };
  const { user } = await searched({ search: empty });
  await waitFor(() => expect(at("milvus-no-results").textContent).toContain(empty_reason));
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
