import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { result, searchResult } from "../test/data";
import { answer, callsOf, Wrapper } from "../test/panel";
import { PAGE, useResultPages } from "./useResultPages";

const page = (start: number) =>
  Array.from({ length: PAGE }, (_, n) => ({ ...result, id: `result-${start + n}`, rank: start + n + 1 }));
const many = { ...searchResult, total: 3 * PAGE, results: page(0) };

test("results are loaded when they are in sight, each page once", async () => {
  answer({ next_results: ({ start }: { start: number }) => ({ results: page(start) }) });
  const { result } = renderHook(() => useResultPages(many), { wrapper: Wrapper });
  act(() => result.current.load(0, PAGE - 1));
  expect(callsOf("next_results")).toEqual([]);
  act(() => result.current.load(PAGE - 5, PAGE + 5));
  act(() => result.current.load(PAGE, PAGE + 9));
  await waitFor(() => expect(result.current.results.get(PAGE)?.id).toBe(`result-${PAGE}`));
  expect(callsOf("next_results")).toEqual([{ token: searchResult.token, start: PAGE }]);
  expect(result.current.results.has(2 * PAGE)).toBe(false);
});

test("with a caption that was chosen the first page is asked for, too", async () => {
  const captioned = { ...result, id: "result-0", caption: "train" };
  answer({ next_results: { results: [captioned] } });
  const { result: hook } = renderHook(() => useResultPages(many, "split"), { wrapper: Wrapper });
  expect(hook.current.results.get(0)?.caption).toBe("");
  act(() => hook.current.load(0, 5));
  await waitFor(() => expect(hook.current.results.get(0)?.caption).toBe("train"));
  expect(callsOf("next_results")).toEqual([{ token: searchResult.token, start: 0, caption: "split" }]);
});

test("a page that failed is asked for again", async () => {
  let up = false;
  answer({
    next_results: ({ start }: { start: number }) => {
      if (!up) throw new Error("no answer");
      return { results: page(start) };
    },
  });
  const { result } = renderHook(() => useResultPages(many), { wrapper: Wrapper });
  act(() => result.current.load(PAGE, PAGE));
  await waitFor(() => expect(result.current.problem).toContain("no answer"));
  up = true;
  act(() => result.current.load(PAGE, PAGE));
  await waitFor(() => expect(result.current.results.has(PAGE)).toBe(true));
  expect(result.current.problem).toBeNull();
});

test("the same search with more results shows those from before until they are read again", async () => {
  answer({ next_results: ({ start }: { start: number }) => ({ results: page(start) }) });
  const { result: hook, rerender } = renderHook((shown) => useResultPages(shown), { wrapper: Wrapper, initialProps: many });
  act(() => hook.current.load(PAGE, PAGE));
  await waitFor(() => expect(hook.current.results.has(PAGE)).toBe(true));
  const first = { ...result, id: "better", rank: 1 };
  rerender({ ...many, token: "token-2", total: 4 * PAGE, results: [first] });
  expect(hook.current.results.get(0)?.id).toBe("better");
  expect(hook.current.results.get(PAGE)?.id).toBe(`result-${PAGE}`);
  act(() => hook.current.load(PAGE, 3 * PAGE));
  await waitFor(() => expect(hook.current.results.has(3 * PAGE)).toBe(true));
  expect(callsOf("next_results").slice(1)).toEqual([PAGE, 2 * PAGE, 3 * PAGE].map((start) => ({ token: "token-2", start })));
});
