import { act, renderHook } from "@testing-library/react";
import { RecoilRoot, useSetRecoilState } from "recoil";
import { afterEach, expect, test, vi } from "vitest";
import { view } from "../test/fiftyone";
import { readAddress, useSearchAddress } from "./useSearchAddress";

const onAddressed = vi.fn();

function opened(at: string, id: string | null) {
  window.history.replaceState({ idx: 3 }, "", at);
  readAddress();
  return shown(id);
}

function shown(id: string | null) {
  return renderHook(
    (props) => {
      useSearchAddress(props.id, onAddressed);
      return useSetRecoilState(view);
    },
    { wrapper: RecoilRoot, initialProps: { id } },
  );
}

afterEach(() => window.history.replaceState(null, "", "/"));

test("the shown search is in the address, also after the App went to another view", () => {
  const { result, rerender, unmount } = opened("/datasets/a?view=mine", "2025+00:00-a1");
  expect(window.location.search).toBe("?view=mine&milvus_search=2025%2B00%3A00-a1");
  window.history.pushState({ idx: 4 }, "", "/datasets/a");
  act(() => result.current([{ _cls: "Limit" }]));
  expect(window.location.search).toBe("?milvus_search=2025%2B00%3A00-a1");
  expect(window.history.state).toEqual({ idx: 4 });
  rerender({ id: null });
  expect(window.location.search).toBe("");
  rerender({ id: "b" });
  unmount();
  expect(window.location.search).toBe("");
  expect(onAddressed).not.toHaveBeenCalled();
});

test("the search that the page was loaded with is restored once", () => {
  const { rerender } = opened("/datasets/a?milvus_search=b%2B1", null);
  expect(onAddressed.mock.calls).toEqual([["b+1"]]);
  rerender({ id: "b+1" });
  expect(window.location.search).toBe("?milvus_search=b%2B1");
  shown(null);
  expect(onAddressed).toHaveBeenCalledOnce();
});

test("a search that the App carried to another dataset is not restored there", () => {
  onAddressed.mockClear();
  window.history.replaceState(null, "", "/datasets/a?milvus_search=b");
  readAddress();
  window.history.replaceState(null, "", "/datasets/other?milvus_search=b");
  shown(null);
  expect(onAddressed).not.toHaveBeenCalled();
  expect(window.location.search).toBe("");
});
