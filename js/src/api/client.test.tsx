import { renderHook } from "@testing-library/react";
import { expect, test } from "vitest";
import { notified, python } from "../test/fiftyone";
import { Wrapper } from "../test/panel";
import { useApi } from "./client";
import { ApiError, errorOf } from "./errors";

const api = () => renderHook(useApi, { wrapper: Wrapper }).result.current;

test("a method calls its URI and resolves with what Python returned", async () => {
  python.mockReturnValueOnce({ message: "gone" });
  await expect(api().cleanup({ brain_key: "k" })).resolves.toEqual({ message: "gone" });
  expect(python).toHaveBeenCalledWith("cleanup", { brain_key: "k" });
});

test("a returned error becomes an ApiError", async () => {
  python.mockReturnValueOnce({ error: { code: "no_server", message: "Milvus is away" } });
  const error = await api().overview().catch((e: unknown) => e);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ code: "no_server", message: "Milvus is away" });
});

test("an exception in Python is an ApiError too, and is not shown by the App", async () => {
  python.mockImplementationOnce(() => {
    throw new Error("boom");
  });
  await expect(api().jobs()).rejects.toMatchObject({ code: "failed", message: "boom" });
  expect(notified).not.toHaveBeenCalled();
});

test("of a bare traceback the last line is shown", () => {
  const error = "Traceback (most recent call last):\n  File\nValueError: no such index\n";
  expect(errorOf({ error })?.message).toBe("ValueError: no such index");
});

test("the library's own errors have their kind as a code, and keep it out of the message", () => {
  const errorMessage = "fiftyone_milvus.errors.Cancelled: Stopped at 16 of 60 samples.";
  expect(errorOf({ errorMessage })).toMatchObject({
    code: "Cancelled",
    message: "Stopped at 16 of 60 samples.",
  });
});

test("an empty answer is no error", () => {
  expect(errorOf({ result: null })).toBeNull();
});

test("why a form is refused is the reason alone, though the server only failed", () => {
  const stack = "Traceback …\nfiftyone.operators.executor.ExecutionError: Validation error. Path: path. Reason: Choose a file there.\n";
  const error = Object.assign(new Error(""), { bodyResponse: { kind: "Server Error", stack } });
  expect(errorOf({ error })?.message).toBe("Choose a file there.");
  expect(errorOf({ error: new Error("") })?.message).toBe("The App's server failed. Its log says why.");
});
