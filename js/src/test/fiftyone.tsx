/**
 * Stand-in for every @fiftyone/* package in unit tests (vite.config.ts aliases
 * them all to this file). `python` plays the panel's Python side.
 */
import type { OperatorResult } from "@fiftyone/operators";
import { useSyncExternalStore } from "react";
import { atom } from "recoil";
import { vi } from "vitest";

export enum PluginComponentType {
  Plot = 1,
  Panel,
  Component,
  SampleRenderer,
}
export const registerComponent = vi.fn();

/** Answers a panel method; throwing is what an exception in Python looks like. */
export const python = vi.fn<(uri: string, params: object) => unknown>();

interface ExecuteOptions {
  callback: (answer: OperatorResult) => void;
  requestDelegation?: boolean;
  skipErrorNotification?: boolean;
}

/** another function each time, as FiftyOne's */
export const useTriggerPanelEvent =
  () => (uri: string, params: object, _prompt: boolean, callback: (answer: OperatorResult) => boolean) =>
    void answerOf(uri, params).then(callback);

async function answerOf(uri: string, params: object): Promise<OperatorResult> {
  try {
    return { result: await python(uri, params) };
  } catch (error) {
    return { error: "Traceback …", errorMessage: (error as Error).message };
  }
}

export const execute = vi.fn<(params: object, options: ExecuteOptions) => void>();
export const useOperatorExecutor = (uri: string) => ({
  execute: (params: object, options: ExecuteOptions) => execute({ uri, ...params }, options),
  isExecuting: false,
});

/** The App's operators that were executed. */
export const executed = vi.fn<(uri: string, params: object) => void>();
/** The answers that the App would show as errors. */
export const notified = vi.fn<(answer: OperatorResult) => void>();

export function executeOperator(uri: string, params: { panel_id?: string }, options?: ExecuteOptions) {
  if (!options) return executed(uri, params);
  const { panel_id, ...others } = params;
  void answerOf(uri, others).then((answer) => {
    if (panel_id !== usePanelId()) throw new Error("A panel's methods need its id");
    if (answer.error && !options.skipErrorNotification) notified(answer);
    options.callback(answer);
  });
}

const state = new Map<string, unknown>();
const listeners = new Set<() => void>();

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export const usePanelId = () => "panel-1";
export const usePanelContext = vi.fn(() => ({ scope: "grid" }));

/** Kept outside of React, as in the App: it outlives a panel's mounting. */
export function usePanelStatePartial<T>(key: string, initial: T) {
  const value = useSyncExternalStore(subscribe, () => state.get(key)) as T | undefined;
  const set = (next: T) => {
    state.set(key, next);
    listeners.forEach((listener) => listener());
  };
  return [value ?? initial, set] as const;
}

export const selectedSamples = atom({ key: "selectedSamples", default: new Map() });
export const selectedLabels = atom<unknown[]>({ key: "selectedLabels", default: [] });
export const view = atom<unknown[]>({ key: "view", default: [] });
export const filters = atom<object>({ key: "filters", default: {} });
export const extendedStages = atom<object>({ key: "extendedStages", default: {} });
export const refresher = atom({ key: "refresher", default: 0 });
export const dataset = atom<{ brainMethods: { key: string }[] } | null>({
  key: "dataset",
  default: null,
});
export const datasetName = atom<string | null>({ key: "datasetName", default: "animals" });
/** The sample that was opened, and where the App's arrows go from it. */
export const expandSample = vi.fn();
export const useSetExpandedSample = () => expandSample;
export const modalNavigation = { set: vi.fn() };
export const nullableModalSampleId = atom<string | null>({ key: "nullableModalSampleId", default: null });
export const isPatchesView = atom({ key: "isPatchesView", default: false });
export const getSampleSrc = (filepath: string) => `/media?filepath=${filepath}`;
export const notify = vi.fn();
export const useNotification = () => notify;

export const MuiIconFont = ({ name }: { name: string }) => <i data-icon={name} />;

export function reset() {
  vi.clearAllMocks();
  python.mockReset();
  execute.mockReset();
  state.clear();
  localStorage.clear();
}
