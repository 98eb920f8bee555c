import { waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { expandSample } from "../test/fiftyone";
import { absent, at, show } from "../test/panel";
import { FoundGroup } from "./FoundGroup";

const members = ["a", "b"].map((id) => ({ id, sample_id: id, note: id }));
const group = { title: "2 alike", members, keep: 0, suspects: [] };
const item = { id: "a", filepath: "/images/a.jpg", box: null, label: "bird", tags: ["old"] };
const on = { onKeep: vi.fn(), onRelabel: vi.fn(), onTag: vi.fn(), onMark: vi.fn(), onLeave: vi.fn(), onUndo: vi.fn() };
const props = { number: 0, group, items: new Map([["a", item], ["b", null]]), decision: undefined, ...on };
const tiles = () => [...document.querySelectorAll<HTMLElement>("[data-cy=milvus-found-tile]")];

test("the one that is kept is marked, and another can be kept", async () => {
  const { user } = show(<FoundGroup {...props} />);
  expect(tiles().map(({ dataset }) => dataset.kept)).toEqual(["true", "false"]);
  expect(tiles().map(({ textContent }) => textContent)).toEqual(["a · old", "deleted since"]);
  await user.click(at("milvus-found-keep"));
  expect(on.onKeep.mock.calls).toEqual([[1]]);
  await user.click(tiles()[0].querySelector("button") as HTMLElement);
  await waitFor(() => expect(expandSample).toHaveBeenCalledWith({ id: "a", hasNext: false, hasPrevious: false }));
});

test("it is tagged, or left as it is", async () => {
  const { user } = show(<FoundGroup {...props} />);
  await user.click(at("milvus-found-tag-group"));
  await user.click(at("milvus-found-mark"));
  await user.click(at("milvus-found-leave"));
  expect([on.onTag, on.onMark, on.onLeave].map(({ mock }) => mock.calls.length)).toEqual([1, 1, 1]);
});

test("what was decided is said, and can be undone", async () => {
  const { user } = show(<FoundGroup {...props} decision={{ tag: "duplicate", label: null, keep: 0, changed: 1, deletion: false, deleted: 0 }} />);
  expect(at("milvus-decision").textContent).toBe("1 tagged duplicate");
  expect(absent("milvus-found-keep")).toBe(true);
  await user.click(at("milvus-found-undo"));
  expect(on.onUndo).toHaveBeenCalledOnce();
});

test("what was deleted is neither shown nor undone", () => {
  const deleted = { tag: "delete", label: null, keep: 0, changed: 1, deletion: true, deleted: 1 };
  show(<FoundGroup {...props} decision={deleted} />);
  expect(at("milvus-decision").textContent).toBe("1 deleted");
  expect(tiles().map(({ dataset }) => dataset.id)).toEqual(["a"]);
  expect(absent("milvus-found-undo")).toBe(true);
});
