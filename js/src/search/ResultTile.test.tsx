import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { result } from "../test/data";
import { at, show } from "../test/panel";
import { ResultTile } from "./ResultTile";

const on = { onOpen: vi.fn(), onSelect: vi.fn(), onSimilar: vi.fn() };
const kind = "similarity" as const;
const props = { result, kind, chips: [], tags: "", position: 0, active: true, selected: false, ...on };

const open = () => screen.getByRole("button", { name: /^1 bird ?0.912$/ });
const checkbox = () => screen.getByRole<HTMLInputElement>("checkbox", { name: "Select 1. bird in the grid" });
const like = (how: string) => screen.getByRole("button", { name: `${how} like this: 1. bird` });

test("a result is opened, selected, and searched with as positive or negative", async () => {
  const { user } = show(<ResultTile {...props} />);
  await user.click(open());
  expect(on.onOpen.mock.calls).toEqual([[result]]);
  await user.click(checkbox());
  expect(on.onSelect.mock.calls).toEqual([["a"]]);
  await user.click(like("More"));
  await user.click(like("Less"));
  expect(on.onSimilar.mock.calls).toEqual([[result, false], [result, true]]);
});

test("a selected result is checked", () => {
  show(<ResultTile {...props} selected />);
  expect(checkbox().checked).toBe(true);
});

test("the Tab key focuses only what is in the active tile", () => {
  const { rerender } = show(<ResultTile {...props} />);
  const all = () => [open(), checkbox(), like("More"), like("Less")].map(({ tabIndex }) => tabIndex);
  expect(all()).toEqual([0, 0, 0, 0]);
  rerender(<ResultTile {...props} active={false} />);
  expect(all()).toEqual([-1, -1, -1, -1]);
});

test("a result without a label is a sample", () => {
  show(<ResultTile {...props} result={{ ...result, label: null }} />);
  expect(at("milvus-result").getAttribute("aria-description")).toBe("Open 1. sample, similarity 0.912");
});

test("a result that is being loaded has no buttons", () => {
  show(<ResultTile {...props} result={undefined} />);
  expect(screen.queryByRole("button")).toBeNull();
  expect(screen.queryByRole("checkbox")).toBeNull();
});

test("its tags lie over its image", () => {
  show(<ResultTile {...props} tags="good, odd" />);
  expect(at("milvus-result-tags").textContent).toBe("good, odd");
});
