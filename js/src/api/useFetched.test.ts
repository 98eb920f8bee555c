import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { useFetched } from "./useFetched";

const fetched = (load: () => Promise<string>, subject = "a") =>
  renderHook(({ subject, revision }) => useFetched(load, subject, revision), {
    initialProps: { subject, revision: "" },
  });

test("loads on mount and again when asked", async () => {
  const load = vi.fn(() => Promise.resolve(`answer ${load.mock.calls.length}`));
  const { result } = fetched(load);
  expect(result.current).toMatchObject({ value: null, loading: true });
  await waitFor(() => expect(result.current.value).toBe("answer 1"));
  act(() => result.current.reload());
  expect(result.current).toMatchObject({ value: "answer 1", loading: true });
  await waitFor(() => expect(result.current.value).toBe("answer 2"));
});

test("a new subject discards the old answer, a new revision keeps it meanwhile", async () => {
  const load = vi.fn(() => Promise.resolve(`answer ${load.mock.calls.length}`));
  const { result, rerender } = fetched(load);
  await waitFor(() => expect(result.current.value).toBe("answer 1"));
  rerender({ subject: "a", revision: "2" });
  expect(result.current).toMatchObject({ value: "answer 1", loading: true });
  await waitFor(() => expect(result.current.value).toBe("answer 2"));
  rerender({ subject: "b", revision: "2" });
  expect(result.current.value).toBeNull();
  await waitFor(() => expect(result.current.value).toBe("answer 3"));
});

test("an answer that comes late for another subject is ignored", async () => {
  const answers: ((text: string) => void)[] = [];
  const { result, rerender } = fetched(() => new Promise((resolve) => answers.push(resolve)));
  rerender({ subject: "b", revision: "" });
  await act(async () => {
    answers[1]("for b");
    answers[0]("for a");
  });
  expect(result.current.value).toBe("for b");
});

test("a failure keeps the last answer beside its message", async () => {
  const load = vi.fn(() => Promise.resolve("fine"));
  const { result } = fetched(load);
  await waitFor(() => expect(result.current.value).toBe("fine"));
  load.mockRejectedValueOnce(new Error("away"));
  act(() => result.current.reload());
  await waitFor(() => expect(result.current.error).toBe("away"));
  expect(result.current.value).toBe("fine");
});
