import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { index, searchResult } from "../test/data";
import { answer, callsOf, Wrapper } from "../test/panel";
import { imageChip, textChip } from "./chips";
import { useSearch } from "./useSearch";

const onIndex = vi.fn();

function searching(of = index) {
  const { result } = renderHook(
    () => useSearch({ dataset: "animals", index: of, indexes: [index], onIndex }),
    { wrapper: Wrapper },
  );
  return result;
}

test("one search at a time", async () => {
  let finish: (value: unknown) => void = () => undefined;
  answer({ search: () => new Promise((resolve) => (finish = resolve)) });
  const result = searching();
  act(() => result.current.searchText("bird"));
  act(() => result.current.searchText("tree"));
  expect(result.current.busy).toBe(true);
  expect(callsOf("search")).toHaveLength(1);
  await act(async () => finish(searchResult));
  expect(result.current.shown?.chips).toEqual([textChip("bird")]);
});

test("what the index can't be searched with stays, and is left out of the search", async () => {
  answer({ search: searchResult });
  const result = searching({ ...index, supports_prompts: false });
  act(() => result.current.update(textChip("bird")));
  act(() => result.current.search());
  expect(callsOf("search")).toEqual([]);
  act(() => result.current.search([imageChip("aGk=", "image/png", "a.png")]));
  await waitFor(() => expect(result.current.shown).not.toBeNull());
  expect(callsOf("search")).toMatchObject([{ query: { terms: [{ image: "aGk=" }] } }]);
  expect(result.current.draft.chips).toHaveLength(2);
});

test("with options that are wrong nothing is searched", () => {
  const result = searching();
  act(() => result.current.change({ k: "many" }));
  act(() => result.current.searchText("bird"));
  expect(callsOf("search")).toEqual([]);
});

test("a cut is seen at once, and a clear once it is done", async () => {
  answer({ search: searchResult, keep_results: {}, clear_results: {} });
  const result = searching();
  act(() => result.current.searchText("bird"));
  await waitFor(() => expect(result.current.shown?.keep).toBe(538));
  act(() => result.current.keepFirst(12));
  expect(result.current.shown?.keep).toBe(12);
  expect(callsOf("keep_results")).toEqual([{ token: "token-1", keep: 12 }]);
  act(() => result.current.clear());
  await waitFor(() => expect(result.current.shown).toBeNull());
});
