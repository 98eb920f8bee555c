import { act, renderHook } from "@testing-library/react";
import { useSetRecoilState } from "recoil";
import { expect, test } from "vitest";
import * as fos from "../test/fiftyone";
import { Wrapper } from "../test/panel";
import { useBrainRuns, useGrid, useSelection } from "./appState";

function grid() {
  const hook = renderHook(
    () => ({
      runs: useBrainRuns(),
      grid: useGrid(),
      selection: useSelection(),
      learn: useSetRecoilState(fos.dataset),
      setView: useSetRecoilState(fos.view),
      setFilters: useSetRecoilState(fos.filters),
      extend: useSetRecoilState(fos.extendedStages),
      refresh: useSetRecoilState(fos.refresher),
      select: useSetRecoilState(fos.selectedSamples),
      selectLabels: useSetRecoilState(fos.selectedLabels),
    }),
    { wrapper: Wrapper },
  );
  return hook.result;
}

const runs = (...keys: string[]) => ({ brainMethods: keys.map((key) => ({ key })) });

test("another set of brain runs is news, another order isn't", () => {
  const result = grid();
  act(() => result.current.learn(runs("a", "b")));
  const first = result.current.runs;
  act(() => result.current.learn(runs("b", "a")));
  expect(result.current.runs).toBe(first);
  act(() => result.current.learn(runs("b")));
  expect(result.current.runs).not.toBe(first);
});

test("another view is news, and so is all else that changes what the grid shows", () => {
  const result = grid();
  const { current } = result;
  const seen = new Set([current.grid.revision]);
  for (const change of [
    () => current.setView([{ _cls: "Match" }]),
    () => current.setFilters({ label: "cat" }),
    () => current.extend({ Select: {} }),
    () => current.refresh(1),
  ]) {
    act(change);
    seen.add(result.current.grid.revision);
  }
  expect(seen.size).toBe(5);
});

test("filters, and what other panels let through, filter the view", () => {
  const result = grid();
  const { current } = result;
  expect(current.grid.filtered).toBe(false);
  act(() => current.setFilters({ label: "cat" }));
  expect(result.current.grid.filtered).toBe(true);
  act(() => current.setFilters({}));
  expect(result.current.grid.filtered).toBe(false);
  act(() => current.extend({ Select: {} }));
  expect(result.current.grid.filtered).toBe(true);
});

test("selected samples and labels are kept apart", () => {
  const result = grid();
  expect(result.current.selection).toMatchObject({ sampleIds: [], labelIds: [] });
  act(() => {
    result.current.select(new Map([["a", "default"], ["b", "alt"]]));
    result.current.selectLabels([{ labelId: "1" }]);
  });
  expect(result.current.selection).toMatchObject({ sampleIds: ["a", "b"], labelIds: ["1"] });
});
