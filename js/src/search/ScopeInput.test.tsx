import { waitFor } from "@testing-library/react";
import { useSetRecoilState } from "recoil";
import { expect, test } from "vitest";
import { view } from "../test/fiftyone";
import { answer, at, callsOf, show } from "../test/panel";
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

test("results that another window, or another index, left in the grid are cleared", async () => {
  answer({ view_count: { count: 20, shows_results: true }, clear_results: {} });
  const { user } = show(searchTab(), ({ set }) => set(view, [{ _cls: "Select" }]));
  await waitFor(() => at("milvus-clear"));
  await user.click(at("milvus-clear"));
  expect(callsOf("clear_results")).toHaveLength(1);
});
