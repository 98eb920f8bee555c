import { act, render } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { answer, callsOf, Wrapper } from "../test/panel";
import { SearchProgress } from "./SearchProgress";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const wait = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));

test("it is there only when the wait is long", async () => {
  const { queryByLabelText } = render(<SearchProgress />, { wrapper: Wrapper });
  await wait(300);
  expect(queryByLabelText("Searching")).toBeNull();
  await wait(300);
  expect(queryByLabelText("Searching")).not.toBeNull();
  expect(callsOf("jobs")).toHaveLength(0);
});

test("it says which model is being loaded, and for how long", async () => {
  const loading = { model: "clip-vit-base32-torch", seconds: 1 };
  answer({ jobs: { jobs: [], loading } });
  const { queryByText } = render(<SearchProgress />, { wrapper: Wrapper });
  await wait(1000);
  expect(queryByText("Loading clip-vit-base32-torch, 1 s")).not.toBeNull();
  answer({ jobs: { jobs: [], loading: { ...loading, seconds: 2 } } });
  await wait(1000);
  expect(queryByText("Loading clip-vit-base32-torch, 2 s")).not.toBeNull();
  answer({ jobs: { jobs: [], loading: null } });
  await wait(1000);
  expect(queryByText(/^Loading/)).toBeNull();
});
