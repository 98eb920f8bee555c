import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { answer, callsOf, Wrapper } from "../test/panel";
import { freeName, useSearchHistory } from "./useSearchHistory";

const past = (id: string) => ({ id, label: id, at: "2025-03-04T05:06:07Z", results: 7, brain_key: "images", media: null, thumbnail: null });

async function read() {
  answer({
    search_history: ({ skip }: { skip: number }) => ({
      searches: skip ? [past("1")] : [past("3"), past("2")],
      total: 3,
      saved: ["mine", "yours"],
    }),
    delete_searches: {},
    save_search: {},
  });
  const { result } = renderHook(useSearchHistory, { wrapper: Wrapper });
  await waitFor(() => expect(result.current.history).not.toBeNull());
  return result;
}

test("earlier searches come after those that are there", async () => {
  const result = await read();
  act(() => result.current.more());
  await waitFor(() => expect(result.current.history?.searches.map(({ id }) => id)).toEqual(["3", "2", "1"]));
  expect(callsOf("search_history")).toEqual([{ skip: 0 }, { skip: 2 }]);
});

test("a saved search is forgotten by its name, and the others stay", async () => {
  const result = await read();
  act(() => result.current.forgetSaved("mine"));
  await waitFor(() => expect(result.current.history?.saved).toEqual(["yours"]));
  expect(result.current.history?.searches).toHaveLength(2);
  expect(callsOf("delete_searches")).toEqual([{ name: "mine" }]);
});

test("the history is cleared, and what was saved stays", async () => {
  const result = await read();
  act(() => result.current.clear());
  await waitFor(() => expect(result.current.history).toMatchObject({ searches: [], total: 0 }));
  expect(result.current.history?.saved).toEqual(["mine", "yours"]);
  expect(callsOf("delete_searches")).toEqual([{}]);
});

test("one search is deleted, and one is saved under a name that is free", async () => {
  const result = await read();
  act(() => result.current.forget("3"));
  await waitFor(() => expect(result.current.history).toMatchObject({ searches: [{ id: "2" }], total: 2 }));
  expect(callsOf("delete_searches")).toEqual([{ id: "3" }]);
  act(() => result.current.pin({ ...past("2"), label: "mine" }));
  await waitFor(() => expect(result.current.history?.saved).toEqual(["mine", "mine (2)", "yours"]));
  expect(callsOf("save_search")).toEqual([{ id: "2", name: "mine (2)" }]);
  expect(freeName("x".repeat(300), [])).toHaveLength(100);
});

test("what is typed is looked for, once it rests", async () => {
  const result = await read();
  for (const text of ["b", "bi", "bird"]) act(() => result.current.find(text));
  await waitFor(() => expect(callsOf("search_history")).toEqual([{ skip: 0 }, { skip: 0, search: "bird" }]));
  await waitFor(() => expect(result.current.busy).toBe(false));
  act(() => result.current.more());
  expect(callsOf("search_history").at(-1)).toEqual({ skip: 2, search: "bird" });
});

test("two that are deleted at once are both gone, while another page is read", async () => {
  const result = await read();
  act(() => {
    result.current.more();
    result.current.forget("3");
    result.current.forget("2");
  });
  await waitFor(() => expect(result.current.history?.total).toBe(1));
  expect(callsOf("delete_searches")).toEqual([{ id: "3" }, { id: "2" }]);
});
