import { waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { searchResult } from "../test/data";
import { absent, answer, at, callsOf, show } from "../test/panel";
import { all, chips, results, on, searchTab, WithSearch } from "../test/search";
import { SearchHistory } from "./SearchHistory";

const request = { brain_key: "pictures", k: 25, target: "dataset" };

test("the searches are asked for once they are wanted, and folded once one is made again", async () => {
  answer({ history: { searches: [], total: 0, saved: ["mine"] }, again: { ...searchResult, chips: [], request } });
  const { user } = show(<WithSearch>{(search) => <SearchHistory search={search} />}</WithSearch>);
  expect(callsOf("history")).toHaveLength(0);
  await user.click(at("milvus-history"));
  await waitFor(() => at("milvus-saved"));
  await user.click(at("milvus-saved"));
  expect(callsOf("again")).toEqual([{ name: "mine" }]);
  expect(absent("milvus-saved")).toBe(true);
  await user.click(at("milvus-history"));
  expect(callsOf("history")).toHaveLength(2);
});

test("a search of the history restores everything", async () => {
  const past = { id: "1", label: "flower", at: "2025-03-04T05:06:07Z", hits: 7, brain_key: "pictures" };
  answer({
    history: { searches: [past], total: 1, saved: ["mine"] },
    again: {
      ...searchResult,
      chips: [{ key: "0", term: { text: ["flower"], weight: 2, unwanted: false }, media: null }],
      request: { brain_key: "pictures", k: 7, target: "view", reverse: true },
    },
    options: { group_by: [] },
  });
  const { user } = show(searchTab());
  await user.click(at("milvus-history"));
  await waitFor(() => expect(at("milvus-past").textContent).toContain("7 results"));
  expect(at("milvus-saved").textContent).toContain("mine");
  await user.click(at("milvus-past"));
  await waitFor(() => expect(results()).toHaveLength(2));
  expect(callsOf("again")).toEqual([{ id: "1" }]);
  expect(chips()[0].textContent).toContain("flower");
  expect(all("milvus-chip-weight")[0]).toMatchObject({ value: "2" });
  expect(at("milvus-scope-view").getAttribute("aria-pressed")).toBe("true");
  expect(at<HTMLInputElement>("milvus-reverse").checked).toBe(true);
  expect(on.onIndex).toHaveBeenCalledWith("pictures");
});
