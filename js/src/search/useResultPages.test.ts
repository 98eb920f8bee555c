import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { hit, result as found } from "../test/data";
import { answer, callsOf, Wrapper } from "../test/panel";
import { PAGE, useResultPages } from "./useResultPages";

const page = (start: number) =>
  Array.from({ length: PAGE }, (_, n) => ({ ...hit, id: `hit-${start + n}`, rank: start + n + 1 }));
const many = { ...found, total: 3 * PAGE, hits: page(0) };

test("hits come when they are looked at, each page once", async () => {
  answer({ more: ({ start }: { start: number }) => ({ hits: page(start) }) });
  const { result } = renderHook(() => useResultPages(many), { wrapper: Wrapper });
  act(() => result.current.need(0, PAGE - 1));
  expect(callsOf("more")).toEqual([]);
  act(() => result.current.need(PAGE - 5, PAGE + 5));
  act(() => result.current.need(PAGE, PAGE + 9));
  await waitFor(() => expect(result.current.hits.get(PAGE)?.id).toBe(`hit-${PAGE}`));
  expect(callsOf("more")).toEqual([{ token: found.token, start: PAGE }]);
  expect(result.current.hits.has(2 * PAGE)).toBe(false);
});

test("a page that failed is asked for again", async () => {
  let up = false;
  answer({
    more: ({ start }: { start: number }) => {
      if (!up) throw new Error("no answer");
      return { hits: page(start) };
    },
  });
  const { result } = renderHook(() => useResultPages(many), { wrapper: Wrapper });
  act(() => result.current.need(PAGE, PAGE));
  await waitFor(() => expect(result.current.problem).toContain("no answer"));
  up = true;
  act(() => result.current.need(PAGE, PAGE));
  await waitFor(() => expect(result.current.hits.has(PAGE)).toBe(true));
  expect(result.current.problem).toBeNull();
});
