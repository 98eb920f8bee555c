import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { result, searchResult } from "../test/data";
import { notify } from "../test/fiftyone";
import { answer, callsOf, Wrapper } from "../test/panel";
import { tagsOf, useTags } from "./useTags";

const shown = { dataset: "animals", result: searchResult, chips: [], keep: 12, asked: "" };
const tagging = () => renderHook(() => useTags(shown), { wrapper: Wrapper }).result;

test("a result is tagged, and the undo removes the tag from those that got it", async () => {
  answer({ tag_results: { message: "Done.", changed: ["a"] } });
  const tags = tagging();
  act(() => tags.current.tagOne("good", "a"));
  await waitFor(() => expect(tags.current.undoable).toBe("good"));
  expect(tags.current.last).toBe("good");
  expect(tagsOf({ ...result, tags: ["old"] }, tags.current.changes)).toEqual(["old", "good"]);
  expect(tagsOf({ ...result, id: "b", tags: [] }, tags.current.changes)).toEqual([]);
  act(() => tags.current.undo());
  await waitFor(() => expect(tags.current.undoable).toBeNull());
  expect(tagsOf({ ...result, tags: ["old"] }, tags.current.changes)).toEqual(["old"]);
  const asked = { token: "token-1", keep: 12, tag: "good", selection: ["a"] };
  expect(callsOf("tag_results")).toEqual([asked, { ...asked, remove: true }]);
  expect(notify).toHaveBeenCalledTimes(2);
});

test("a tag that all had already can't be undone", async () => {
  answer({ tag_results: { message: "Done.", changed: [] } });
  const tags = tagging();
  await act(() => tags.current.tag("good").then(() => undefined));
  expect(tags.current.undoable).toBeNull();
  expect(callsOf("tag_results")).toEqual([{ token: "token-1", keep: 12, tag: "good" }]);
});
