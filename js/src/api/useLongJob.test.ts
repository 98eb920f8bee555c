import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { execute, python } from "../test/fiftyone";
import { Wrapper } from "../test/panel";
import { useLongJob } from "./useLongJob";

const onEnd = vi.fn();

function started(delegate = false) {
  const onWell = vi.fn();
  const { result } = renderHook(() => useLongJob("sync_index", onEnd), { wrapper: Wrapper });
  act(() => result.current.run({ brain_key: "images" }, delegate, onWell));
  const end = (answer: object) => act(async () => execute.mock.calls[0][1].callback(answer));
  return { result, onWell, end };
}

test("it runs where it is asked to, and is known by its index until it ends", async () => {
  const { result, onWell, end } = started(true);
  const [params, options] = execute.mock.calls[0];
  expect(params).toEqual({
    uri: "@milvus/vector-search/sync_index",
    brain_key: "images",
    panel_id: "panel-1",
  });
  expect(options.requestDelegation).toBe(true);
  expect(result.current.running).toBe("images");
  await end({ result: {} });
  expect(result.current).toMatchObject({ running: null, problem: null });
  expect(onWell).toHaveBeenCalledOnce();
  expect(onEnd.mock.calls).toEqual([[true]]);
});

test("a failure is a sentence until it is forgotten", async () => {
  const { result, onWell, end } = started();
  await end({ errorMessage: "Milvus is gone." });
  expect(result.current).toMatchObject({ running: null, problem: "Milvus is gone." });
  expect(onWell).not.toHaveBeenCalled();
  expect(onEnd.mock.calls).toEqual([[false]]);
  act(() => result.current.dismiss());
  expect(result.current.problem).toBeNull();
});

test("the person who cancels it isn't told that it failed", async () => {
  const { result, end } = started();
  await end({ errorMessage: "fiftyone_milvus.errors.Cancelled: Stopped at 16 of 60 samples." });
  expect(result.current.problem).toBeNull();
  expect(onEnd.mock.calls).toEqual([[true]]);
});

const UNTRUSTED = { errorMessage: "fiftyone_milvus.errors.UntrustedModel: Nobody has accepted size=8." };

test("work that waits for a model to be accepted goes on then", async () => {
  python.mockResolvedValue({});
  const { result, onWell, end } = started(true);
  await end(UNTRUSTED);
  expect(python.mock.calls).toEqual([["@milvus/vector-search/trust_model", { brain_key: "images" }]]);
  await waitFor(() => expect(execute).toHaveBeenCalledTimes(2));
  const [[first], [params, options]] = execute.mock.calls;
  expect([params, options.requestDelegation]).toEqual([first, true]);
  expect(result.current).toMatchObject({ running: "images", problem: null });
  await act(async () => execute.mock.calls[1][1].callback({ result: {} }));
  expect(onWell).toHaveBeenCalledOnce();
});

test("work whose model isn't accepted stays failed, with its sentence", async () => {
  python.mockResolvedValue({ error: { code: "invalid", message: "It has changed." } });
  const { result, end } = started();
  await end(UNTRUSTED);
  expect(execute).toHaveBeenCalledOnce();
  expect(result.current).toMatchObject({ running: null, problem: "Nobody has accepted size=8." });
});
