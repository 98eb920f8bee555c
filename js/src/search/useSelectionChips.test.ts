import { act, renderHook, waitFor } from "@testing-library/react";
import { useSetRecoilState } from "recoil";
import { expect, test } from "vitest";
import { index } from "../test/data";
import { selectedSamples } from "../test/fiftyone";
import { answer, callsOf, Wrapper } from "../test/panel";
import { useSelectionChips } from "./useSelectionChips";

function chipsOf(wanted = true) {
  const hook = renderHook(
    ({ wanted }) => ({
      chips: useSelectionChips(index, wanted),
      select: useSetRecoilState(selectedSamples),
    }),
    { wrapper: Wrapper, initialProps: { wanted } },
  );
  const select = (...ids: string[]) =>
    act(() => hook.result.current.select(new Map(ids.map((id) => [id, "default"]))));
  return { ...hook, select, ids: () => hook.result.current.chips.map(({ term }) => term.id) };
}

const chip = (id: string) => ({ key: id, term: { id }, media: null });

test("a drag over many tiles is asked about once", async () => {
  answer({ selection: { chips: [chip("a"), chip("b")] } });
  const { select, ids } = chipsOf();
  select("a");
  select("a", "b");
  expect(ids()).toEqual([]);
  await waitFor(() => expect(ids()).toEqual(["a", "b"]));
  expect(callsOf("selection")).toEqual([{ brain_key: "images" }]);
});

test("what was selected before isn't shown for what is now", async () => {
  answer({ selection: { chips: [chip("a")] } });
  const { select, ids } = chipsOf();
  select("a");
  await waitFor(() => expect(ids()).toEqual(["a"]));
  select("b");
  expect(ids()).toEqual([]);
  select();
  expect(ids()).toEqual([]);
});

test("where the selection is searched in, it is nothing to search with", async () => {
  answer({ selection: { chips: [chip("a")] } });
  const { select, ids, rerender } = chipsOf();
  select("a");
  await waitFor(() => expect(ids()).toEqual(["a"]));
  rerender({ wanted: false });
  expect(ids()).toEqual([]);
});
