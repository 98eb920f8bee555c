import { act, renderHook, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
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

afterEach(() => {
  vi.useRealTimers();
});

/** Searches that end when the test says so, each with a token of its own. */
function slowSearches() {
  const ends: (() => void)[] = [];
  answer({
    keep_results: {},
    clear_results: {},
    search: () => new Promise((resolve) => ends.push(() => resolve({ ...searchResult, token: `later-${ends.length}` }))),
  });
  return { ends, end: (n: number) => act(async () => ends[n]()) };
}

const pass = (milliseconds: number) => act(async () => void (await vi.advanceTimersByTimeAsync(milliseconds)));

test("one search at a time: what is asked for while it runs follows it", async () => {
  const { ends, end } = slowSearches();
  const result = searching();
  act(() => result.current.searchText("bird"));
  act(() => result.current.searchText("tree"));
  act(() => result.current.searchText("car"));
  expect(ends).toHaveLength(1);
  await end(0);
  expect(ends).toHaveLength(2);
  await end(1);
  expect(result.current.shown?.chips).toEqual([textChip("bird"), textChip("tree"), textChip("car")]);
  expect([result.current.outdated, result.current.busy]).toEqual([false, false]);
});

test("the same search isn't made again while it runs", async () => {
  const { ends, end } = slowSearches();
  const result = searching();
  act(() => result.current.searchText("bird"));
  act(() => result.current.searchText(""));
  await end(0);
  expect(ends).toHaveLength(1);
});

async function found(answers: object = {}) {
  answer({ search: searchResult, ...answers });
  const result = searching();
  act(() => result.current.searchText("bird"));
  await waitFor(() => expect(result.current.shown).not.toBeNull());
  vi.useFakeTimers();
  return result;
}

test("the results follow a change of the query, a pause after the last one", async () => {
  const result = await found();
  act(() => result.current.update({ ...textChip("bird"), weight: 2 }));
  await pass(300);
  act(() => result.current.change({ k: "7" }));
  await pass(300);
  expect([callsOf("search").length, result.current.outdated, result.current.obstacle]).toEqual([1, true, null]);
  await pass(100);
  expect(callsOf("search").slice(1)).toMatchObject([{ query: { terms: [{ text: ["bird"], weight: 2 }] }, k: 7 }]);
  expect(result.current.outdated).toBe(false);
  act(() => result.current.undo());
  await pass(400);
  expect(callsOf("search")).toHaveLength(3);
  expect(result.current.draft.options.k).toBe("25");
});

test("a change while a search runs is searched for after it, and a failure isn't repeated", async () => {
  const result = await found();
  const { ends, end } = slowSearches();
  act(() => result.current.change({ k: "7" }));
  await pass(400);
  act(() => result.current.change({ k: "8" }));
  await pass(1_000);
  expect(ends).toHaveLength(1);
  await end(0);
  await pass(400);
  expect(callsOf("search")).toMatchObject([{ k: 25 }, { k: 7 }, { k: 8 }]);
  await end(1);
  expect(result.current.outdated).toBe(false);

  answer({ search: { error: { code: "no_server", message: "Milvus is away." } } });
  act(() => result.current.change({ k: "9" }));
  await pass(5_000);
  expect(callsOf("search")).toHaveLength(4);
  expect(result.current.obstacle).toContain("Press Search");
});

test.each([
  ["an option that is wrong", { min_score: "high" }, "Enter a number, such as 0.25."],
  ["a score field, which would be written", { score_field: "near" }, "Press Search to search again and write the scores."],
])("the results don't follow %s", async (_, change, why) => {
  const result = await found();
  act(() => result.current.change(change));
  await pass(1_000);
  expect(callsOf("search")).toHaveLength(1);
  expect(result.current.obstacle).toBe(why);
});

test("the results don't follow an empty query, and what is typed", async () => {
  const result = await found();
  act(() => result.current.type("a tree"));
  await pass(1_000);
  expect(result.current.outdated).toBe(false);
  act(() => result.current.remove(textChip("bird")));
  await pass(1_000);
  expect(callsOf("search")).toHaveLength(1);
  expect(result.current.obstacle).toContain("Add a text");
});

test("a cut of results that a search replaces doesn't reach the grid", async () => {
  const result = await found();
  const { end } = slowSearches();
  act(() => result.current.searchText("tree"));
  act(() => result.current.keepFirst(12));
  await end(0);
  expect(callsOf("keep_results")).toEqual([]);
  expect(result.current.shown?.keep).toBe(538);
});

test("a clear while a search runs has the last word, and is undone", async () => {
  const { ends, end } = slowSearches();
  const result = searching();
  act(() => result.current.searchText("bird"));
  act(() => result.current.clear());
  await end(0);
  expect(callsOf("clear_results")).toHaveLength(1);
  await waitFor(() => expect([result.current.shown, result.current.busy]).toEqual([null, false]));
  act(() => result.current.undo());
  expect(ends).toHaveLength(2);
});

test("what the index can't be searched with stays, and is left out of the search", async () => {
  answer({ search: searchResult });
  const result = searching({ ...index, supports_prompts: false });
  act(() => result.current.search([textChip("bird")]));
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
