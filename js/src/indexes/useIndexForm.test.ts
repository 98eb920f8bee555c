import { act, renderHook, waitFor } from "@testing-library/react";
import { useSetRecoilState } from "recoil";
import { expect, test } from "vitest";
import { form } from "../test/data";
import { selectedSamples, view } from "../test/fiftyone";
import { answer, callsOf, Wrapper } from "../test/panel";
import { useIndexForm } from "./useIndexForm";

async function opened() {
  answer({ form });
  const { result } = renderHook(
    () => ({
      ...useIndexForm("animals"),
      setView: useSetRecoilState(view),
      select: useSetRecoilState(selectedSamples),
    }),
    { wrapper: Wrapper },
  );
  await waitFor(() => expect(result.current.form).not.toBeNull());
  return result;
}

test("Python is asked again when the grid changes, and what was typed stays", async () => {
  const result = await opened();
  act(() => result.current.change({ brain_key: "mine" }));
  act(() => result.current.change({ metric: "euclidean" }));
  expect(callsOf("form")).toHaveLength(1);
  act(() => result.current.setView([{ _cls: "Match" }]));
  await waitFor(() => expect(callsOf("form")).toHaveLength(2));
  expect(result.current.values).toMatchObject({ brain_key: "mine", metric: "euclidean" });
});

test("a selection is minded without asking Python", async () => {
  const result = await opened();
  act(() => result.current.change({ scope: "selected" }));
  expect(Object.keys(result.current.problems)).toEqual(["scope"]);
  act(() => result.current.select(new Map([["a", "default"]])));
  expect(result.current.problems).toEqual({});
  expect(callsOf("form")).toHaveLength(1);
});
