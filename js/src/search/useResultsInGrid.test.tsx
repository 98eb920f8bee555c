import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { RecoilRoot, useSetRecoilState } from "recoil";
import { expect, test } from "vitest";
import { ApiProvider } from "../api/ApiProvider";
import { searchResult } from "../test/data";
import { filters, view } from "../test/fiftyone";
import { answer, callsOf, URIS } from "../test/panel";
import { useResultsInGrid } from "./useResultsInGrid";

const stage = {
  _cls: "fiftyone.core.stages.Select",
  kwargs: [["sample_ids", ["a", "b"]], ["ordered", true]],
};
const shown = { dataset: "animals", result: { ...searchResult, total: 2 }, chips: [], keep: 2, asked: "" };

function inGrid() {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <RecoilRoot>
      <ApiProvider uris={URIS}>{children}</ApiProvider>
    </RecoilRoot>
  );
  return renderHook(
    () => ({ ...useResultsInGrid(shown), setView: useSetRecoilState(view), setFilters: useSetRecoilState(filters) }),
    { wrapper },
  ).result;
}

test("the grid shows something else once it has shown the results, and not before", () => {
  const hook = inGrid();
  expect(hook.current.elsewhere).toBe(false);
  act(() => hook.current.setView([stage]));
  expect(hook.current.elsewhere).toBe(false);
  act(() => hook.current.setView([]));
  expect(hook.current.elsewhere).toBe(true);
});

test("Python is asked what the sidebar leaves, and without filters nothing", async () => {
  answer({ results_in_grid: { positions: [1] } });
  const hook = inGrid();
  act(() => hook.current.setView([stage]));
  expect(hook.current.positions).toBeNull();
  act(() => hook.current.setFilters({ tags: { values: ["odd"] } }));
  await waitFor(() => expect(hook.current.positions).toEqual([1]));
  act(() => hook.current.setFilters({}));
  expect(hook.current.positions).toBeNull();
  expect(callsOf("results_in_grid")).toHaveLength(1);
});
