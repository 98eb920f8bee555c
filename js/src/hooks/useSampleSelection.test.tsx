import { renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { RecoilRoot } from "recoil";
import { expect, test } from "vitest";
import { executed, selectedSamples } from "../test/fiftyone";
import { useSampleSelection } from "./appState";

function selection(selected: [string, string][]) {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <RecoilRoot initializeState={({ set }) => set(selectedSamples, new Map(selected))}>{children}</RecoilRoot>
  );
  return renderHook(useSampleSelection, { wrapper }).result.current;
}

test("what is selected in the grid is known, and a result that isn't loaded yet isn't selected", () => {
  const { has } = selection([["a", "default"]]);
  expect([has("a"), has("b"), has(undefined)]).toEqual([true, false, false]);
});

test("deselecting one leaves the others as they are", () => {
  selection([["a", "default"], ["z", "alt"]]).toggle("a");
  expect(executed).toHaveBeenCalledWith("@voxel51/operators/set_selected_samples", {
    samples: [{ id: "z", type: "alt" }],
  });
});
