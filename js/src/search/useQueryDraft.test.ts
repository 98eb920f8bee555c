import { act, renderHook } from "@testing-library/react";
import { expect, test } from "vitest";
import { textChip } from "./chips";
import { useQueryDraft } from "./useQueryDraft";

const [bird, flower] = [textChip("bird"), textChip("flower")];

test("what was removed comes back, the last one first", () => {
  const { result } = renderHook(() => useQueryDraft());
  act(() => result.current.update(bird));
  act(() => result.current.update(flower));
  act(() => result.current.remove(bird));
  act(() => result.current.remove(flower));
  expect(result.current.draft.chips).toEqual([]);
  act(() => result.current.restore());
  expect(result.current.draft).toMatchObject({ chips: [flower], removed: [bird] });
  act(() => result.current.restore());
  expect(result.current.draft).toMatchObject({ chips: [flower, bird], removed: [] });
});

test("a changed chip keeps its position", () => {
  const { result } = renderHook(() => useQueryDraft());
  act(() => result.current.update(bird));
  act(() => result.current.update(flower));
  act(() => result.current.update({ ...bird, weight: 3 }));
  expect(result.current.draft.chips).toEqual([{ ...bird, weight: 3 }, flower]);
});

test("a new search forgets text and chips, not the options, and outlives the panel", () => {
  const { result, unmount } = renderHook(() => useQueryDraft());
  act(() => result.current.update(bird));
  act(() => result.current.type("a tree"));
  act(() => result.current.change({ k: "7" }));
  act(() => result.current.startOver());
  unmount();
  const again = renderHook(() => useQueryDraft()).result.current.draft;
  expect(again).toMatchObject({ chips: [], removed: [bird], text: "", options: { k: "7" } });
});
