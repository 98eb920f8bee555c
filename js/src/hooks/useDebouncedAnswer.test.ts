import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { useDebouncedAnswer } from "./useDebouncedAnswer";

function answerTo(first: string | null, ask: () => Promise<string>) {
  return renderHook(({ request }) => useDebouncedAnswer(request, ask, 5), { initialProps: { request: first } });
}

test("requests that follow quickly are asked once, and nothing is asked for none", async () => {
  const ask = vi.fn(() => Promise.resolve("answer"));
  const { result, rerender } = answerTo("a", ask);
  rerender({ request: null });
  rerender({ request: "b" });
  expect(result.current).toBeUndefined();
  await waitFor(() => expect(result.current).toBe("answer"));
  expect(ask).toHaveBeenCalledOnce();
  rerender({ request: null });
  expect(result.current).toBeUndefined();
});

test("an answer that comes too late isn't shown for another request, and a failure is no answer", async () => {
  let late: (answer: string) => void = () => undefined;
  const ask = vi
    .fn<() => Promise<string>>()
    .mockImplementationOnce(() => new Promise((resolve) => (late = resolve)))
    .mockRejectedValueOnce(new Error("Milvus is gone"));
  const { result, rerender } = answerTo("a", ask);
  await waitFor(() => expect(ask).toHaveBeenCalledOnce());
  rerender({ request: "b" });
  await act(async () => late("of a"));
  await waitFor(() => expect(ask).toHaveBeenCalledTimes(2));
  expect(result.current).toBeUndefined();
});
