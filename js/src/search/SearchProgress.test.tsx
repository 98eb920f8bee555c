import { act, render } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SearchProgress } from "./SearchProgress";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("it is there only when the wait is long", () => {
  const { queryByLabelText } = render(<SearchProgress />);
  act(() => void vi.advanceTimersByTime(300));
  expect(queryByLabelText("Searching")).toBeNull();
  act(() => void vi.advanceTimersByTime(300));
  expect(queryByLabelText("Searching")).not.toBeNull();
});
