import { fireEvent, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type { Box } from "../api/contract";
import { result } from "../test/data";
import { absent, at, show } from "../test/panel";
import { ResultTile } from "./ResultTile";

const on = { onOpen: vi.fn(), onSelect: vi.fn(), onSimilar: vi.fn() };
const kind = "similarity" as const;
const props = { result, kind, tags: "", position: 0, active: true, selected: false, ...on };

const open = () => screen.getByRole("button", { name: /^1 bird ?0.912$/ });
const checkbox = () => screen.getByRole("checkbox", { name: "Select 1. bird in the grid" });
const like = (how: string) => screen.getByRole("button", { name: `${how} like this: 1. bird` });

test("a result is opened, selected, and searched with as positive or negative", async () => {
  const { user } = show(<ResultTile {...props} />);
  await user.click(open());
  expect(on.onOpen.mock.calls).toEqual([[result]]);
  await user.click(checkbox());
  expect(on.onSelect.mock.calls).toEqual([["a"]]);
  await user.click(like("More"));
  await user.click(like("Less"));
  expect([like("More").title, like("Less").title]).toEqual(["More like this", "Less like this"]);
  expect(on.onSimilar.mock.calls).toEqual([[result, false], [result, true]]);
});

test("a selected result is checked", () => {
  show(<ResultTile {...props} selected />);
  expect(checkbox().getAttribute("aria-checked")).toBe("true");
});

test("the Tab key focuses only what is in the active tile", () => {
  const { rerender } = show(<ResultTile {...props} />);
  const all = () => [open(), checkbox(), like("More"), like("Less")].map(({ tabIndex }) => tabIndex);
  expect(all()).toEqual([0, 0, 0, 0]);
  rerender(<ResultTile {...props} active={false} />);
  expect(all()).toEqual([-1, -1, -1, -1]);
});

test("a result without a caption and a label is a sample", () => {
  show(<ResultTile {...props} result={{ ...result, caption: "", label: null }} />);
  expect(at("milvus-result").getAttribute("aria-description")).toBe("Open 1. sample, similarity 0.912");
});

test("a result that is being loaded has no buttons", () => {
  show(<ResultTile {...props} result={undefined} />);
  expect(screen.queryByRole("button")).toBeNull();
  expect(screen.queryByRole("checkbox")).toBeNull();
});

test("it shows what was chosen, and whether it is the query", () => {
  const { rerender } = show(<ResultTile {...props} result={{ ...result, caption: "train" }} />);
  expect(at("milvus-result-caption").textContent).toBe("1 train");
  expect(absent("milvus-result-is-query")).toBe(true);
  rerender(<ResultTile {...props} result={{ ...result, is_query: true }} />);
  expect(at("milvus-result-is-query").textContent).toBe("query");
});

test("the objects that an image was found by are outlined", () => {
  const objects: Box[] = [[0.25, 0.5, 0.5, 0.25], [0, 0, 1, 1]];
  show(<ResultTile {...props} result={{ ...result, objects }} />);
  const image = document.querySelector("img") as HTMLImageElement;
  Object.defineProperties(image, { naturalWidth: { value: 200 }, naturalHeight: { value: 100 } });
  fireEvent.load(image);
  const outlines = [...document.querySelectorAll<HTMLElement>('[data-cy="milvus-outline"]')];
  expect(outlines.map(({ style }) => [style.left, style.top, style.width, style.height])).toEqual([
    ["25%", "50%", "50%", "12.5%"],
    ["0%", "25%", "100%", "50%"],
  ]);
});

test("its tags lie over its image", () => {
  show(<ResultTile {...props} tags="good, odd" />);
  expect(at("milvus-result-tags").textContent).toBe("good, odd");
});
