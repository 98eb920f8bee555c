import { act, renderHook } from "@testing-library/react";
import type { KeyboardEvent } from "react";
import { expect, test, vi } from "vitest";
import { useRovingFocus } from "./useRovingFocus";

const COUNT = 10;

/** Presses a key while the tile of a position has the focus. */
function press(key: string, position: number, columns = 4) {
  const show = vi.fn();
  const { result } = renderHook(() => useRovingFocus({ count: COUNT, columns, show }));
  const target = document.createElement("button");
  target.dataset.position = `${position}`;
  const preventDefault = vi.fn();
  const event = { key, target, currentTarget: document.body, preventDefault };
  act(() => result.current.onKeyDown(event as unknown as KeyboardEvent<HTMLElement>));
  return { active: result.current.active, shown: show.mock.calls, prevented: preventDefault.mock.calls.length };
}

test.each([
  ["ArrowRight", 2, 3],
  ["ArrowLeft", 2, 1],
  ["ArrowDown", 2, 6],
  ["ArrowUp", 6, 2],
  ["Home", 7, 0],
  ["End", 2, COUNT - 1],
  ["ArrowDown", 8, COUNT - 1],
  ["ArrowLeft", 0, 0],
])("%s from %i goes to %i", (key, from, to) => {
  expect(press(key, from)).toEqual({ active: to, shown: [[to]], prevented: 1 });
});

test("other keys are left alone", () => {
  expect(press("a", 2)).toEqual({ active: 0, shown: [], prevented: 0 });
});
