import { useTriggerPanelEvent, type OperatorResult } from "@fiftyone/operators";
import { createContext, useContext } from "react";
import type {
  Cleanup,
  CleanupPlan,
  Form,
  Jobs,
  MoreHits,
  Overview,
  SearchParams,
  SearchResult,
} from "./contract";

export type * from "./contract";

/** Where each panel method is called; Python passes them in the view's schema. */
export type Uris = Record<keyof Api, string>;

export interface Api {
  overview: () => Promise<Overview>;
  jobs: () => Promise<Jobs>;
  form: () => Promise<Form>;
  search: (params: SearchParams) => Promise<SearchResult>;
  /** The next hits of a result, from a place on; 0 is the best. */
  more: (params: { token: string; start: number }) => Promise<MoreHits>;
  /** Takes the result out of the grid. */
  clear: () => Promise<unknown>;
  cleanup_plan: (params: { brain_key: string }) => Promise<CleanupPlan>;
  cleanup: (params: { brain_key: string }) => Promise<Cleanup>;
  cancel: (params: { job_id: string }) => Promise<unknown>;
  /** Shows an ended job no more, here and elsewhere. */
  dismiss: (params: { job_id: string }) => Promise<unknown>;
}

export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

export const UrisContext = createContext<Uris | null>(null);

/** The sentence to show for anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What a call failed with, whether Python raised or returned its error; else null. */
export function errorOf({ result, error, errorMessage }: OperatorResult): ApiError | null {
  if (error || errorMessage) {
    return new ApiError("failed", errorMessage || lastLine(messageOf(error)));
  }
  const returned = (result as { error?: { code: string; message: string } | null } | null)?.error;
  return returned ? new ApiError(returned.code, returned.message) : null;
}

function lastLine(traceback: string): string {
  return traceback.trim().split("\n").at(-1) ?? traceback;
}

/** The panel's Python methods as promises. */
export function useApi(): Api {
  const uris = useContext(UrisContext);
  const trigger = useTriggerPanelEvent();
  if (!uris) throw new Error("useApi needs a UrisContext");
  const method =
    <P extends object, T>(name: keyof Api) =>
    (params?: P) =>
      new Promise<T>((resolve, reject) =>
        trigger(uris[name], params ?? {}, false, (answer) => {
          const error = errorOf(answer);
          if (error) reject(error);
          else resolve(answer.result as T);
          return false; // the panel shows its own errors
        }),
      );
  return {
    overview: method("overview"),
    jobs: method("jobs"),
    form: method("form"),
    search: method("search"),
    more: method("more"),
    clear: method("clear"),
    cleanup_plan: method("cleanup_plan"),
    cleanup: method("cleanup"),
    cancel: method("cancel"),
    dismiss: method("dismiss"),
  };
}
