import { act, renderHook } from "@testing-library/react";
import { expect, test } from "vitest";
import { textChip, type Chip } from "./chips";
import { useQueryDraft } from "./useQueryDraft";

const [bird, flower] = [textChip("bird"), textChip("flower")];

interface Query {
  current: ReturnType<typeof useQueryDraft>;
}
const add = ({ current: { draft, replace } }: Query, chip: Chip) => replace({ ...draft, chips: [...draft.chips, chip] });

test("changes are undone, the last one first", () => {
  const { result } = renderHook(() => useQueryDraft());
  expect(result.current.canUndo).toBe(false);
  act(() => add(result, bird));
  act(() => add(result, flower));
  act(() => result.current.update({ ...bird, negative: true }));
  act(() => result.current.remove(flower));
  const chips = () => result.current.draft.chips;
  act(() => void result.current.undo());
  expect(chips()).toEqual([{ ...bird, negative: true }, flower]);
  act(() => void result.current.undo());
  expect(chips()).toEqual([bird, flower]);
  act(() => void result.current.undo());
  act(() => void result.current.undo());
  expect([chips(), result.current.canUndo]).toEqual([[], false]);
});

test("what is typed into options is undone at once, and a text that isn't searched for isn't a step", () => {
  const { result } = renderHook(() => useQueryDraft());
  act(() => add(result, bird));
  for (const min_score of ["0", "0.", "0.5"]) act(() => result.current.change({ min_score }));
  act(() => result.current.type("a tree"));
  act(() => void result.current.undo());
  expect(result.current.draft).toMatchObject({ chips: [bird], options: { min_score: "" } });
  act(() => void result.current.undo());
  expect(result.current.draft.chips).toEqual([]);
});

test("another search with the same query is no step", () => {
  const { result } = renderHook(() => useQueryDraft());
  act(() => add(result, bird));
  act(() => result.current.replace({ ...result.current.draft, chips: [bird] }));
  act(() => void result.current.undo());
  expect([result.current.draft.chips, result.current.canUndo]).toEqual([[], false]);
});

test("a changed chip keeps its position", () => {
  const { result } = renderHook(() => useQueryDraft());
  act(() => add(result, bird));
  act(() => add(result, flower));
  act(() => result.current.update({ ...bird, weight: 3 }));
  expect(result.current.draft.chips).toEqual([{ ...bird, weight: 3 }, flower]);
});

test("to start over forgets text, chips and options, outlives the panel, and is undone", () => {
  const { result, unmount } = renderHook(() => useQueryDraft());
  act(() => add(result, bird));
  act(() => result.current.change({ k: "7" }));
  act(() => result.current.type("a tree"));
  act(() => result.current.startOver(true));
  unmount();
  const { result: again } = renderHook(() => useQueryDraft());
  expect(again.current.draft).toMatchObject({ chips: [], text: "", options: { k: "25" } });
  let step;
  act(() => void (step = again.current.undo()));
  expect(step).toMatchObject({ hadResults: true });
  expect(again.current.draft).toMatchObject({ chips: [bird], text: "a tree", options: { k: "7" } });
});
