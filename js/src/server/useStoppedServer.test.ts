import { act, renderHook } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { overview } from "../test/data";
import { useStoppedServer } from "./useStoppedServer";

const fetched = (value = overview) => ({ value, error: null, loading: false, reload: vi.fn() });

test("once stopped it answers no more, until another overview says so", () => {
  const { result, rerender } = renderHook((props) => useStoppedServer(props), { initialProps: fetched() });
  expect(result.current.overview.value).toBe(overview);
  act(() => result.current.stopped());
  const { value } = result.current.overview;
  expect(value?.server).toMatchObject({ reachable: false, latency_ms: null });
  rerender(fetched());
  expect(result.current.overview.value).toBe(value);
  rerender(fetched({ ...overview }));
  expect(result.current.isStopped).toBe(false);
  expect(result.current.overview.value?.server?.reachable).toBe(true);
});
