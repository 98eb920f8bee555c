import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { hit } from "../test/data";
import { show } from "../test/panel";
import { ResultTile } from "./ResultTile";

const on = { onOpen: vi.fn(), onTick: vi.fn(), onLike: vi.fn() };
const kind = "similarity" as const;
const props = { hit, kind, chips: [], place: 0, active: true, ticked: false, ...on };

const open = () => screen.getByRole("button", { name: "Open 1. bird, similarity 0.912" });
const tick = () => screen.getByRole<HTMLInputElement>("checkbox", { name: "Select 1. bird in the grid" });
const like = (how: string) => screen.getByRole("button", { name: `${how} like this: 1. bird` });

test("a hit is opened, ticked, and liked or not", async () => {
  const { user } = show(<ResultTile {...props} />);
  await user.click(open());
  expect(on.onOpen.mock.calls).toEqual([[hit]]);
  await user.click(tick());
  expect(on.onTick.mock.calls).toEqual([["a"]]);
  await user.click(like("More"));
  await user.click(like("Less"));
  expect(on.onLike.mock.calls).toEqual([[hit, false], [hit, true]]);
});

test("a tick is seen", () => {
  show(<ResultTile {...props} ticked />);
  expect(tick().checked).toBe(true);
});

test("the Tab key reaches what is in the active tile only", () => {
  const { rerender } = show(<ResultTile {...props} />);
  const all = () => [open(), tick(), like("More"), like("Less")].map(({ tabIndex }) => tabIndex);
  expect(all()).toEqual([0, 0, 0, 0]);
  rerender(<ResultTile {...props} active={false} />);
  expect(all()).toEqual([-1, -1, -1, -1]);
});

test("a hit without a label is a sample", () => {
  show(<ResultTile {...props} hit={{ ...hit, label: null }} />);
  expect(screen.getByRole("button", { name: /^Open 1. sample/ })).toBeTruthy();
});

test("of a hit that is being fetched there is nothing to press", () => {
  show(<ResultTile {...props} hit={undefined} />);
  expect(screen.queryByRole("button")).toBeNull();
  expect(screen.queryByRole("checkbox")).toBeNull();
});
