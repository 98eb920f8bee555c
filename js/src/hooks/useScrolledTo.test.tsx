import { act, render } from "@testing-library/react";
import { useRef } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useScrolledTo } from "./useScrolledTo";

type Report = (entries: { isIntersecting: boolean }[]) => void;

let report: Report = () => undefined;
const disconnect = vi.fn();
const onReached = vi.fn();

beforeEach(() => {
  vi.stubGlobal(
    "IntersectionObserver",
    class {
      constructor(callback: Report) {
        report = callback;
      }
      observe() {
        report([{ isIntersecting: false }]);
      }
      disconnect = disconnect;
    },
  );
  onReached.mockClear();
  disconnect.mockClear();
});
afterEach(() => void vi.unstubAllGlobals());

const scroll = (...inSight: boolean[]) => act(() => report(inSight.map((isIntersecting) => ({ isIntersecting }))));

function End(props: { watch?: boolean; busy?: boolean }) {
  const element = useRef<HTMLDivElement>(null);
  useScrolledTo(element, { watch: true, busy: false, ...props, onReached });
  return <div ref={element} />;
}

test("each time that it comes into sight is one, however long it stays", () => {
  render(<End />);
  scroll(true);
  scroll(true);
  expect(onReached).toHaveBeenCalledOnce();
  scroll(false);
  scroll(true, false, true);
  expect(onReached).toHaveBeenCalledTimes(2);
});

test("what is in sight from the start was not scrolled to", () => {
  const { rerender } = render(<End watch={false} />);
  rerender(<End />);
  scroll(true);
  scroll(false);
  onReached.mockClear();
  rerender(<End watch={false} />);
  expect(disconnect).toHaveBeenCalledOnce();
  rerender(<End />);
  expect(onReached).not.toHaveBeenCalled();
});

test("while something is under way it waits, and is forgotten if the person scrolls away", () => {
  const { rerender } = render(<End busy />);
  scroll(true);
  expect(onReached).not.toHaveBeenCalled();
  rerender(<End />);
  expect(onReached).toHaveBeenCalledOnce();
  rerender(<End busy />);
  scroll(false, true);
  scroll(false);
  rerender(<End />);
  expect(onReached).toHaveBeenCalledOnce();
});
