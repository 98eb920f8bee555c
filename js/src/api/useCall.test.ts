import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { python } from "../test/fiftyone";
import { Wrapper } from "../test/panel";
import { ApiError } from "./errors";
import { useCall } from "./useCall";

test("only the newest call may change what is shown", async () => {
  const { result } = renderHook(() => useCall());
  const show = vi.fn();
  let late: (answer: string) => void = () => undefined;
  act(() => result.current.run(() => new Promise<string>((resolve) => (late = resolve)), show));
  act(() => result.current.run(() => Promise.resolve("newest"), show));
  await waitFor(() => expect(result.current.busy).toBe(false));
  await act(async () => late("too late"));
  expect(show.mock.calls).toEqual([["newest"]]);
});

test("a failure is shown until the next call", async () => {
  const { result } = renderHook(() => useCall());
  act(() => result.current.run(() => Promise.reject(new Error("Milvus is gone")), vi.fn()));
  await waitFor(() => expect(result.current.problem).toBe("Milvus is gone"));
  act(() => result.current.run(() => new Promise(() => undefined), vi.fn()));
  expect(result.current).toMatchObject({ problem: null, busy: true });
});

const untrusted = new ApiError("untrusted_model", "Nobody has accepted size=8.", "words");

test("what fails for a model that nobody has accepted is done again once it is accepted", async () => {
  let accept: (result: object) => void = () => undefined;
  python.mockImplementation(() => new Promise((resolve) => (accept = resolve)));
  const { result } = renderHook(() => useCall(), { wrapper: Wrapper });
  const call = vi.fn().mockRejectedValueOnce(untrusted).mockResolvedValue("found");
  const show = vi.fn();
  act(() => result.current.run(call, show));
  await waitFor(() => expect(result.current.problem).toBe("Nobody has accepted size=8."));
  expect(python.mock.calls).toEqual([["@milvus/vector-search/trust_model", { brain_key: "words" }]]);
  expect(show).not.toHaveBeenCalled();
  await act(async () => accept({ message: "accepted" }));
  await waitFor(() => expect(show.mock.calls).toEqual([["found"]]));
  expect(result.current).toMatchObject({ busy: false, problem: null });
});

test("what comes meanwhile isn't replaced by what was accepted for", async () => {
  let accept: (result: object) => void = () => undefined;
  python.mockImplementation(() => new Promise((resolve) => (accept = resolve)));
  const { result } = renderHook(() => useCall(), { wrapper: Wrapper });
  const call = vi.fn().mockRejectedValue(untrusted);
  act(() => result.current.run(call, vi.fn()));
  await waitFor(() => expect(python).toHaveBeenCalledOnce());
  act(() => result.current.run(() => Promise.resolve("newest"), vi.fn()));
  await act(async () => accept({}));
  expect(call).toHaveBeenCalledOnce();
});

test("the end of each call is reported, also of those that aren't the newest", async () => {
  const onEnd = vi.fn();
  const { result } = renderHook(() => useCall(onEnd));
  act(() => result.current.run(() => Promise.reject(new Error("Milvus is gone")), vi.fn(), "images"));
  act(() => result.current.run(() => Promise.resolve("newest"), vi.fn(), "words"));
  expect(result.current.running).toBe("words");
  await waitFor(() => expect(onEnd.mock.calls).toEqual([[false], [true]]));
  expect(result.current).toMatchObject({ running: null, problem: null });
});

test("a failure is dismissed by the person", async () => {
  const { result } = renderHook(() => useCall());
  act(() => result.current.run(() => Promise.reject(new Error("Milvus is gone"))));
  await waitFor(() => expect(result.current.problem).toBe("Milvus is gone"));
  act(() => result.current.dismiss());
  expect(result.current.problem).toBeNull();
});
