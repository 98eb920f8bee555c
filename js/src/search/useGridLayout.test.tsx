import { renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { ScrollContext } from "../hooks/ScrollContext";
import { useGridLayout } from "./useGridLayout";

afterEach(() => void vi.restoreAllMocks());

/** A grid in a list that is so many pixels wide. */
function grid(count: number, width: number, narrowest = 104, scroller = document.createElement("div"), top = 0) {
  const list = document.createElement("div");
  scroller.append(list);
  vi.spyOn(list, "getBoundingClientRect").mockReturnValue(new DOMRect(0, top, width, 0));
  const value = { current: scroller };
  const wrapper = ({ children }: { children: ReactNode }) => (
    <ScrollContext.Provider value={value}>{children}</ScrollContext.Provider>
  );
  return renderHook(() => useGridLayout({ current: list }, count, narrowest), { wrapper }).result.current;
}

test("there are as many columns as have room, and one at least", () => {
  expect(grid(100, 700).columns).toBe(6);
  expect(grid(100, 700, 232).columns).toBe(2);
  expect(grid(100, 130, 232).columns).toBe(1);
});

test("the tiles of a row share its width, with gaps between", () => {
  const { tile } = grid(100, 320);
  const [first, second, below] = [0, 1, 2].map(tile);
  expect([first.left, second.left, below.left]).toEqual([0, 164, 0]);
  expect(second.left + second.width).toBe(320);
  expect([first.top, second.top]).toEqual([0, 0]);
  expect(below.top).toBe(first.height + 8);
});

test("only the rows in sight are drawn, and all have room", () => {
  const { first, last, height, tile } = grid(1000, 320);
  expect(first).toBe(0);
  expect(last).toBeGreaterThan(0);
  expect(tile(last).top).toBeLessThan(1200);
  expect(height).toBeGreaterThanOrEqual(tile(999).top + tile(999).height);
});

test("the last row may be short", () => {
  expect(grid(3, 320).last).toBe(2);
});

test("without results nothing is rendered", () => {
  const { first, last } = grid(0, 320);
  expect(last).toBeLessThan(first);
});

test("a first row that is out of sight is scrolled to, and no further than its top", () => {
  const scrolled = (top: number, height: number) => {
    const scroller = document.createElement("div");
    Object.defineProperties(scroller, { clientHeight: { value: height }, scrollHeight: { value: 5000 } });
    const { tile } = grid(100, 320, 104, scroller, top);
    return [scroller.scrollTop, tile(0).height];
  };
  const [hidden, height] = scrolled(300, 400);
  expect(hidden).toBe(300 + height - 400);
  expect(scrolled(300, 600)[0]).toBe(0);
  expect(scrolled(300, 100)[0]).toBe(300);
});
