import { act, renderHook } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { useBrowserMemory } from "./useBrowserMemory";

const memory = (name: string) => renderHook(() => useBrowserMemory(name)).result;

test("what is remembered is there the next time, by its name", () => {
  const first = memory("a");
  expect(first.current[0]).toBe("");
  act(() => first.current[1]("words"));
  expect(first.current[0]).toBe("words");
  expect(memory("a").current[0]).toBe("words");
  expect(memory("b").current[0]).toBe("");
});

test("a browser that remembers nothing is no error", () => {
  const refuse = () => {
    throw new Error("denied");
  };
  vi.spyOn(Storage.prototype, "getItem").mockImplementation(refuse);
  vi.spyOn(Storage.prototype, "setItem").mockImplementation(refuse);
  const { current } = memory("a");
  act(() => current[1]("words"));
  expect(current[0]).toBe("");
  vi.restoreAllMocks();
});
