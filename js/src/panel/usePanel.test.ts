import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { job, overview } from "../test/data";
import { execute } from "../test/fiftyone";
import { answer, Wrapper } from "../test/panel";
import { usePanel } from "./usePanel";

const params = {
  brain_key: "words",
  scope: "dataset",
  source: "model",
  metric: "cosine",
  consistency_level: "Session",
} as const;
const away = { ...overview, server: { ...overview.server, reachable: false } };

async function panel(of: object = overview) {
  answer({ overview: of, jobs: { jobs: [{ ...job, brain_key: "words" }] } });
  const { result } = renderHook(() => usePanel("animals"), { wrapper: Wrapper });
  await waitFor(() => expect(result.current.overview.value).not.toBeNull());
  return result;
}

test("the form steps aside for the job that it started, and is back if that fails", async () => {
  const result = await panel();
  act(() => result.current.form.show());
  act(() => result.current.build.run(params, false));
  expect(result.current.form.open).toBe(true);
  await waitFor(() => expect(result.current.form.open).toBe(false), { timeout: 3000 });
  await act(async () => execute.mock.calls[0][1].callback({ errorMessage: "The disk is full." }));
  expect(result.current.form.open).toBe(true);
  expect(result.current.build.problem).toBe("The disk is full.");
  act(() => result.current.form.hide());
  expect(result.current.form.open).toBe(false);
  expect(result.current.build.problem).toBeNull();
});

test("a Milvus that is down is tried again", async () => {
  const result = await panel(away);
  expect(result.current.retryIn).toBe(5);
});

test("one that the person stopped isn't", async () => {
  const result = await panel();
  act(() => result.current.stopped());
  expect(result.current.overview.value?.server?.reachable).toBe(false);
  expect(result.current.retryIn).toBeNull();
});
