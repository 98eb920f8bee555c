import { act, renderHook } from "@testing-library/react";
import { RecoilRoot, useSetRecoilState } from "recoil";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { view } from "../test/fiftyone";
import { loadedSearch, readAddress, useSearchAddress, type SearchAddress } from "./useSearchAddress";

const onLoaded = vi.fn();
const onWent = vi.fn();
const navigation = new EventTarget();

const search = (id: string, results = 5): SearchAddress => ({ id, results });
const query = () => window.location.search;

function opened(at: string, shown: SearchAddress | null, settled = true) {
  window.history.replaceState({ idx: 3 }, "", at);
  readAddress();
  return render(shown, settled);
}

function render(shown: SearchAddress | null, settled = true) {
  return renderHook(
    (props) => {
      useSearchAddress(props.shown, props.settled, { onLoaded, onWent });
      return useSetRecoilState(view);
    },
    { wrapper: RecoilRoot, initialProps: { shown, settled } },
  );
}

beforeEach(() => {
  vi.stubGlobal("navigation", navigation);
  onLoaded.mockClear();
  onWent.mockClear();
});
afterEach(() => {
  window.history.replaceState(null, "", "/");
  vi.unstubAllGlobals();
});

test("the shown search is in the address, also after the App went to another view", () => {
  const { result, rerender, unmount } = opened("/datasets/a?view=mine", search("2025+00:00-a1"));
  expect(query()).toBe("?view=mine&milvus_search=2025%2B00%3A00-a1&milvus_results=5");
  window.history.pushState({ idx: 4 }, "", "/datasets/a");
  act(() => result.current([{ _cls: "Limit" }]));
  expect(query()).toBe("?milvus_search=2025%2B00%3A00-a1&milvus_results=5");
  expect(window.history.state).toEqual({ idx: 4 });
  rerender({ shown: null, settled: true });
  expect(query()).toBe("");
  rerender({ shown: search("b"), settled: true });
  unmount();
  expect(query()).toBe("");
  expect(onLoaded).not.toHaveBeenCalled();
});

test("an entry of the browser's history keeps its search until the grid has followed", () => {
  const { result, rerender } = opened("/datasets/a", search("a"));
  rerender({ shown: search("b"), settled: false });
  expect(query()).toContain("milvus_search=a");
  window.history.pushState({ idx: 4 }, "", "/datasets/a?milvus_search=a");
  act(() => result.current([{ _cls: "Select" }]));
  expect(query()).toContain("milvus_search=b");
  rerender({ shown: null, settled: false });
  expect(query()).toContain("milvus_search=b");
  rerender({ shown: null, settled: true });
  expect(query()).toBe("");
});

test("what the App drops of the address is put back, but not where a person has gone", () => {
  opened("/datasets/a", search("a"));
  const moves = (navigationType: string, to: string) => {
    window.history.replaceState(null, "", to);
    navigation.dispatchEvent(Object.assign(new Event("currententrychange"), { navigationType }));
  };
  moves("push", "/datasets/a?id=1");
  expect(query()).toBe("?id=1&milvus_search=a&milvus_results=5");
  moves("traverse", "/datasets/a?milvus_search=b&milvus_results=2");
  expect(query()).toBe("?milvus_search=b&milvus_results=2");
});

test("going back says what the address names, in this dataset", () => {
  const { unmount } = opened("/datasets/a", null);
  const go = (to: string) => {
    window.history.replaceState(null, "", to);
    window.dispatchEvent(new PopStateEvent("popstate"));
  };
  go("/datasets/a?milvus_search=a&milvus_results=12");
  go("/datasets/a?milvus_search=b&milvus_results=-1");
  go("/datasets/a");
  go("/datasets/other?milvus_search=a");
  unmount();
  go("/datasets/a?milvus_search=a");
  expect(onWent.mock.calls).toEqual([[search("a", 12)], [search("b", 0)], [null]]);
});

test("the search that the page was loaded with is restored once", () => {
  const { rerender } = opened("/datasets/a?milvus_search=b%2B1&milvus_results=x", null);
  expect(onLoaded.mock.calls).toEqual([[search("b+1", 0)]]);
  expect(loadedSearch()).toBeNull();
  rerender({ shown: search("b+1", 3), settled: true });
  expect(query()).toBe("?milvus_search=b%2B1&milvus_results=3");
  render(null);
  expect(onLoaded).toHaveBeenCalledOnce();
});

test("a search that the App carried to another dataset is not restored there", () => {
  window.history.replaceState(null, "", "/datasets/a?milvus_search=b");
  readAddress();
  expect(loadedSearch()).toEqual(search("b", 0));
  window.history.replaceState(null, "", "/datasets/other?milvus_search=b");
  render(null);
  expect(onLoaded).not.toHaveBeenCalled();
  expect(query()).toBe("");
});
