import { waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { searchResult } from "../test/data";
import { absent, answer, at, callsOf, show } from "../test/panel";
import { all, chips, results, on, searchTab, WithSearch } from "../test/search";
import { SearchHistory } from "./SearchHistory";

const request = { brain_key: "images", k: 25, scope: "dataset" };

test("the searches are asked for once they are wanted, and folded once one is made again", async () => {
  answer({ search_history: { searches: [], total: 0, saved: ["mine"] }, rerun_search: { ...searchResult, chips: [], request } });
  const { user } = show(<WithSearch>{(search) => <SearchHistory search={search} />}</WithSearch>);
  expect(callsOf("search_history")).toHaveLength(0);
  await user.click(at("milvus-history"));
  await waitFor(() => at("milvus-saved"));
  await user.click(at("milvus-saved"));
  expect(callsOf("rerun_search")).toEqual([{ name: "mine" }]);
  expect(absent("milvus-saved")).toBe(true);
  await user.click(at("milvus-history"));
  expect(callsOf("search_history")).toHaveLength(2);
});

test("a search of the history restores everything", async () => {
  const past = { id: "1", label: "flower", at: "2025-03-04T05:06:07Z", results: 7, brain_key: "images", media: null, thumbnail: "aGk=" };
  answer({
    search_history: { searches: [past], total: 1, saved: ["mine"] },
    rerun_search: {
      ...searchResult,
      chips: [{ key: "0", term: { text: ["flower"], weight: 2, negative: false }, media: null }],
      request: { brain_key: "images", k: 7, scope: "view", reverse: true },
    },
    search_options: { group_by: [] },
  });
  const { user } = show(searchTab());
  await user.click(at("milvus-history"));
  await waitFor(() => expect(at("milvus-past").textContent).toContain("7 results"));
  expect(at("milvus-saved").textContent).toContain("mine");
  expect(at("milvus-past").querySelector("img")?.getAttribute("src")).toBe("data:image/jpeg;base64,aGk=");
  await user.click(at("milvus-past"));
  await waitFor(() => expect(results()).toHaveLength(2));
  expect(callsOf("rerun_search")).toEqual([{ id: "1" }]);
  expect(chips()[0].textContent).toContain("flower");
  expect(all("milvus-chip-weight")[0]).toMatchObject({ value: "2" });
  expect(at<HTMLSelectElement>("milvus-scope").value).toBe("view");
  expect(all("milvus-set-option").map(({ textContent }) => textContent)).toEqual(["Least similar first", "Results: 7"]);
  expect(on.onIndex).toHaveBeenCalledWith("images");
});
