import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { RecoilRoot, useSetRecoilState } from "recoil";
import { expect, test } from "vitest";
import { ApiProvider } from "../api/ApiProvider";
import { index, searchResult } from "../test/data";
import { filters, view } from "../test/fiftyone";
import { answer, callsOf, URIS } from "../test/panel";
import type { ShownResult } from "./useSearch";
import { useViewCount } from "./useViewCount";

const ranked = (...ids: string[]) => ({
  _cls: "fiftyone.core.stages.Select",
  kwargs: [["sample_ids", ids], ["ordered", true]],
});
const match = { _cls: "fiftyone.core.stages.Match", kwargs: [] };
const tagged = { _label_tags: { values: ["odd"] } };
const words = { ...index, brain_key: "words" };
const result = { ...searchResult, total: 3, in_view: 12 };
const found: ShownResult = { dataset: "animals", result, chips: [], keep: 3, asked: "" };

/** What is searched from while the grid shows these stages, after a search or none. */
function counted(stages: object[], searched = false) {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <RecoilRoot initializeState={({ set }) => set(view, stages)}>
      <ApiProvider uris={URIS}>{children}</ApiProvider>
    </RecoilRoot>
  );
  const initialProps = { of: index, busy: false, found: searched ? found : null };
  const hook = renderHook(
    ({ of, busy, ...props }) => ({
      inView: useViewCount(of, props.found, busy),
      setView: useSetRecoilState(view),
      setFilters: useSetRecoilState(filters),
    }),
    { wrapper, initialProps },
  );
  return { ...hook, initialProps, now: () => hook.result.current.inView };
}

const counts = (count: number) => ({ count, shows_results: false });
const quiet = () => new Promise((resolve) => setTimeout(resolve, 400));

test("the whole dataset is counted by nobody", async () => {
  const { now } = counted([]);
  await quiet();
  expect(now()).toEqual({ count: null, showsResults: false });
  expect(callsOf("view_count")).toHaveLength(0);
});

test.each([
  ["all results", ["a", "b", "c"]],
  ["the first of them, after a cut", ["a"]],
])("what was searched from is known of %s", async (_, ids) => {
  const { now } = counted([match, ranked(...ids)], true);
  await quiet();
  expect(now()).toEqual({ count: 12, showsResults: true });
  expect(callsOf("view_count")).toHaveLength(0);
});

test.each([
  ["other results", ["a", "z"]],
  ["no results", []],
  ["more", ["a", "b", "c", "d"]],
])("Python is asked where the grid shows %s", async (_, ids) => {
  answer({ view_count: { count: 7, shows_results: true } });
  const { now } = counted([ranked(...ids)], true);
  expect(now()).toBeUndefined();
  await waitFor(() => expect(now()).toMatchObject({ count: 7, showsResults: true }));
});

test("a filter on top of results is counted, and without it they are known again", async () => {
  answer({ view_count: counts(5) });
  const { now, result: hook } = counted([ranked("a", "b", "c")], true);
  act(() => hook.current.setFilters(tagged));
  expect(now()).toBeUndefined();
  await waitFor(() => expect(now()).toMatchObject({ count: 5 }));
  act(() => hook.current.setFilters({}));
  expect(now()).toEqual({ count: 12, showsResults: true });
});

test("the count of a filter is gone with it, also once something was searched", async () => {
  answer({ view_count: counts(8) });
  const { now, result: hook, rerender, initialProps } = counted([]);
  act(() => hook.current.setFilters(tagged));
  await waitFor(() => expect(now()).toMatchObject({ count: 8 }));
  act(() => hook.current.setFilters({}));
  expect(now()).toMatchObject({ count: null });
  const whole = { ...found, result: { ...result, in_view: null } };
  rerender({ ...initialProps, found: whole });
  act(() => hook.current.setView([ranked("a", "b", "c")]));
  expect(now()).toEqual({ count: null, showsResults: true });
});

test("what the next search is from stays known until the grid shows its result", async () => {
  const { now, result: hook, rerender, initialProps } = counted([ranked("a", "b", "c")], true);
  const next = { ...found, result: { ...result, results: [{ ...searchResult.results[0], id: "x" }] } };
  rerender({ ...initialProps, found: next });
  expect(now()).toMatchObject({ count: 12 });
  act(() => hook.current.setView([ranked("x", "y")]));
  expect(now()).toMatchObject({ count: 12 });
  await quiet();
  expect(callsOf("view_count")).toHaveLength(0);
});

test("nobody is asked while a search goes on", async () => {
  answer({ view_count: counts(20) });
  const { now, rerender, initialProps } = counted([match]);
  rerender({ ...initialProps, busy: true });
  await quiet();
  expect(callsOf("view_count")).toHaveLength(0);
  rerender(initialProps);
  await waitFor(() => expect(now()).toMatchObject({ count: 20 }));
});

test("the count of one index isn't that of another", async () => {
  answer({ view_count: ({ brain_key }: { brain_key: string }) => counts(brain_key === "words" ? 7 : 20) });
  const { now, rerender, initialProps } = counted([match]);
  await waitFor(() => expect(now()).toMatchObject({ count: 20 }));
  rerender({ ...initialProps, of: words });
  expect(now()).toBeUndefined();
  await waitFor(() => expect(now()).toMatchObject({ count: 7 }));
});
