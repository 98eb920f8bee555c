import { act, renderHook } from "@testing-library/react";
import { useSetRecoilState } from "recoil";
import { expect, test } from "vitest";
import * as fos from "../test/fiftyone";
import { Wrapper } from "../test/panel";
import { useBrainRuns, useGridRevision, useSelection } from "./useGrid";

function grid() {
  const hook = renderHook(
    () => ({
      runs: useBrainRuns(),
      revision: useGridRevision(),
      selection: useSelection(),
      learn: useSetRecoilState(fos.dataset),
      setView: useSetRecoilState(fos.view),
      setFilters: useSetRecoilState(fos.filters),
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

test("another view is news, and so are other filters", () => {
  const result = grid();
  const seen = new Set([result.current.revision]);
  act(() => result.current.setView([{ _cls: "Match" }]));
  seen.add(result.current.revision);
  act(() => result.current.setFilters({ label: "cat" }));
  seen.add(result.current.revision);
  expect(seen.size).toBe(3);
});

test("selected samples and labels are counted apart", () => {
  const result = grid();
  expect(result.current.selection).toEqual({ samples: 0, labels: 0 });
  act(() => {
    result.current.select(new Map([["a", "default"], ["b", "alt"]]));
    result.current.selectLabels([{ labelId: "1" }]);
  });
  expect(result.current.selection).toEqual({ samples: 2, labels: 1 });
});
