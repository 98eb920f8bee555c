import { act, renderHook } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { execute } from "../test/fiftyone";
import { useOperator } from "./useOperator";

const onEnd = vi.fn();

function started(delegate = false) {
  const onWell = vi.fn();
  const { result } = renderHook(() => useOperator("@milvus/vector-search/sync_index", onEnd));
  act(() => result.current.run({ brain_key: "pictures" }, delegate, onWell));
  const end = (answer: object) => act(() => execute.mock.calls[0][1].callback(answer));
  return { result, onWell, end };
}

test("it runs where it is asked to, and is known by its index until it ends", () => {
  const { result, onWell, end } = started(true);
  const [params, options] = execute.mock.calls[0];
  expect(params).toEqual({
    uri: "@milvus/vector-search/sync_index",
    brain_key: "pictures",
    panel_id: "panel-1",
  });
  expect(options.requestDelegation).toBe(true);
  expect(result.current.running).toBe("pictures");
  end({ result: {} });
  expect(result.current).toMatchObject({ running: null, problem: null });
  expect(onWell).toHaveBeenCalledOnce();
  expect(onEnd.mock.calls).toEqual([[true]]);
});

test("a failure is a sentence until it is forgotten", () => {
  const { result, onWell, end } = started();
  end({ errorMessage: "Milvus is gone." });
  expect(result.current).toMatchObject({ running: null, problem: "Milvus is gone." });
  expect(onWell).not.toHaveBeenCalled();
  expect(onEnd.mock.calls).toEqual([[false]]);
  act(() => result.current.forget());
  expect(result.current.problem).toBeNull();
});

test("who stops it isn't told that it failed", () => {
  const { result, end } = started();
  end({ errorMessage: "fiftyone_milvus.errors.Cancelled: Stopped at 16 of 60 samples." });
  expect(result.current.problem).toBeNull();
  expect(onEnd.mock.calls).toEqual([[true]]);
});
