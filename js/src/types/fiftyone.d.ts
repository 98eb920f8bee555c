/**
 * The parts of the App's packages that this panel uses. They aren't on npm:
 * the App exposes them as window globals (see vite.config.ts), so these
 * declarations are written by hand against FiftyOne 1.22.1.
 */
declare module "@fiftyone/plugins" {
  import type { ComponentType } from "react";
  export enum PluginComponentType {
    Plot = 1,
    Panel = 2,
    Component = 3,
    SampleRenderer = 4,
  }
  export function registerComponent<P>(registration: {
    name: string;
    label: string;
    component: ComponentType<P>;
    type: PluginComponentType;
    activator?: () => boolean;
  }): void;
}

declare module "@fiftyone/operators" {
  export interface OperatorResult<T = unknown> {
    result?: T | null;
    /** a traceback, or what was thrown in the browser */
    error?: unknown;
    errorMessage?: string | null;
    delegated?: boolean;
  }
  interface ExecuteOptions {
    callback?: (result: OperatorResult) => void;
    requestDelegation?: boolean;
    skipOutput?: boolean;
    skipErrorNotification?: boolean;
  }
  /** A callback that returns `false` keeps the App's error page away. */
  export function useTriggerPanelEvent(): (
    uri: string,
    params?: object,
    prompt?: boolean,
    callback?: (result: OperatorResult) => boolean,
  ) => void;
  export function useOperatorExecutor(uri: string): {
    execute: (params?: object, options?: ExecuteOptions) => Promise<void>;
    isExecuting: boolean;
  };
  export function executeOperator(uri: string, params?: object, options?: ExecuteOptions): Promise<void>;
}

declare module "@fiftyone/spaces" {
  export function usePanelId(): string;
  export function usePanelContext(): { scope: "grid" | "modal" };
  /** With `local`, a state of the browser that outlives the panel's mounting. */
  export function usePanelStatePartial<T>(
    key: string,
    defaultState: T,
    local?: boolean,
  ): [T, (next: T) => void];
}

declare module "@fiftyone/state" {
  import type { RecoilState, RecoilValueReadOnly } from "recoil";
  /** sample id -> how it is selected ("alt" is the App's negative mark) */
  export const selectedSamples: RecoilState<Map<string, "default" | "alt">>;
  export const selectedLabels: RecoilState<{ labelId: string; sampleId: string }[]>;
  export const view: RecoilState<unknown[]>;
  export const filters: RecoilState<Record<string, unknown>>;
  /** stages that other panels put after the view, by name */
  export const extendedStages: RecoilValueReadOnly<Record<string, unknown>>;
  /** counts how often the grid was loaded again */
  export const refresher: RecoilState<number>;
  export const dataset: RecoilValueReadOnly<{ brainMethods?: { key: string }[] } | null>;
  export const datasetName: RecoilValueReadOnly<string | null>;
  export const nullableModalSampleId: RecoilValueReadOnly<string | null>;
  export const isPatchesView: RecoilValueReadOnly<boolean>;
  interface OpenedSample {
    id: string;
    hasNext: boolean;
    hasPrevious: boolean;
  }
  /** Opens a sample of what the grid shows. */
  export function useSetExpandedSample(): (sample: OpenedSample) => void;
  /** What the arrows of an opened sample go to. */
  export const modalNavigation: {
    set: (navigation: {
      next: (by?: number) => Promise<OpenedSample>;
      previous: (by?: number) => Promise<OpenedSample>;
      /** the sample that will come, if it is known already */
      peek: (by: number) => Promise<null>;
    }) => void;
  };
  /** The address at which the App serves a media file. */
  export function getSampleSrc(filepath: string): string;
  export function useNotification(): (options: {
    msg: string;
    variant?: "success" | "error" | "info" | "warning";
  }) => void;
}

declare module "@fiftyone/components" {
  import type { ComponentType } from "react";
  export const MuiIconFont: ComponentType<{ name: string; sx?: object }>;
}
