import { renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { RecoilRoot } from "recoil";
import { expect, test } from "vitest";
import { ApiProvider } from "../../../shared/ApiProvider";
import { index, result as hits } from "../../../test/data";
import { view } from "../../../test/fiftyone";
import { answer, callsOf, URIS } from "../../../test/panel";
import { useViewCount } from "./useViewCount";

const ranked = { _cls: "fiftyone.core.stages.Select", kwargs: [["ordered", true]] };
const words = { ...index, brain_key: "words" };

/** The count while the grid shows these stages, for an index after a search or none. */
function counted(stages: object[], searched?: number | null) {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <RecoilRoot initializeState={({ set }) => set(view, stages)}>
      <ApiProvider uris={URIS}>{children}</ApiProvider>
    </RecoilRoot>
  );
  const found =
    searched === undefined ? null : { dataset: "animals", result: { ...hits, searched }, chips: [], keep: 2 };
  return renderHook(({ of, busy }) => useViewCount(of, found, busy), {
    wrapper,
    initialProps: { of: index, busy: false },
  });
}

const quiet = () => new Promise((resolve) => setTimeout(resolve, 400));

test("the whole dataset is counted by nobody", async () => {
  const { result } = counted([]);
  await quiet();
  expect(result.current).toBeNull();
  expect(callsOf("view_count")).toHaveLength(0);
});

test("the hits of a search aren't what was searched: that the result knows", async () => {
  const { result } = counted([ranked], 12);
  await quiet();
  expect(result.current).toBe(12);
  expect(callsOf("view_count")).toHaveLength(0);
});

test("nobody is asked while a search goes on", async () => {
  answer({ view_count: { count: 20 } });
  const { result, rerender } = counted([{ _cls: "Match" }]);
  rerender({ of: index, busy: true });
  await quiet();
  expect(callsOf("view_count")).toHaveLength(0);
  rerender({ of: index, busy: false });
  await waitFor(() => expect(result.current).toBe(20));
});

test("the count of one index isn't that of another", async () => {
  answer({ view_count: ({ brain_key }: { brain_key: string }) => ({ count: brain_key === "words" ? 7 : 20 }) });
  const { result, rerender } = counted([{ _cls: "Match" }]);
  await waitFor(() => expect(result.current).toBe(20));
  rerender({ of: words, busy: false });
  expect(result.current).toBeNull();
  await waitFor(() => expect(result.current).toBe(7));
});
