import { screen, waitFor } from "@testing-library/react";
import { useSetRecoilState } from "recoil";
import { expect, test } from "vitest";
import { searchResult } from "../test/data";
import { view } from "../test/fiftyone";
import { absent, answer, at, callsOf, show } from "../test/panel";
import { searchTab } from "../test/search";

test("a view that the person makes is counted once", async () => {
  answer({ view_count: { count: 20, shows_results: false } });
  const Grid = () => {
    const setView = useSetRecoilState(view);
    return <button data-cy="grid" onClick={() => setView([{ _cls: "Match" }])} />;
  };
  const { user } = show(
    <>
      <Grid />
      {searchTab()}
    </>,
  );
  expect(at("milvus-scope-view").textContent).toBe("View 1,538");
  await user.click(at("grid"));
  await waitFor(() => expect(at("milvus-scope-view").textContent).toBe("View 20"));
  expect(callsOf("view_count")).toHaveLength(1);
});

test("an option that is set is a tag that unsets it", async () => {
  answer({ search: searchResult, search_options: { group_by: [] } });
  const { user } = show(searchTab());
  await user.click(at("milvus-more-options"));
  await user.type(at("milvus-min_score"), "0.5");
  await user.click(at("milvus-query"));
  expect(absent("milvus-min_score")).toBe(true);
  expect(at("milvus-set-option").textContent).toBe("Min similarity: 0.5");
  await user.click(screen.getByRole("button", { name: "Remove Min similarity: 0.5" }));
  expect(absent("milvus-set-option")).toBe(true);
  await user.type(at("milvus-query"), "bird{Enter}");
  expect(callsOf("search")).toMatchObject([{ k: 25 }]);
  expect(callsOf("search")[0]).not.toHaveProperty("min_score");
});

test("results that another window, or another index, left in the grid are cleared", async () => {
  answer({ view_count: { count: 20, shows_results: true }, clear_results: {} });
  const { user } = show(searchTab(), ({ set }) => set(view, [{ _cls: "Select" }]));
  await waitFor(() => expect(at("milvus-other-results").textContent).toContain("results of another search"));
  await user.click(at("milvus-clear"));
  expect(callsOf("clear_results")).toHaveLength(1);
});
