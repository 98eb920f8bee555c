import type { OperatorResult, useTriggerPanelEvent } from "@fiftyone/operators";
import { createContext, useContext } from "react";
import type { Methods } from "./contract";
import { reportMissingIndex } from "./missingIndex";

export type * from "./indexesContract";
export type * from "./searchContract";
export type * from "./serverContract";
export type * from "./contract";

/** Where each panel method is called; Python passes them in the view's schema. */
export type Uris = Record<keyof Methods, string>;

export type Api = { [Name in keyof Methods]: Call<Methods[Name]> };

type Call<Method extends { gives: unknown }> = Method extends { takes: infer Params }
  ? (params: Params) => Promise<Method["gives"]>
  : () => Promise<Method["gives"]>;

export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    /** the index that it is about, where Python says so */
    readonly brain_key?: string,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** How FiftyOne introduces the message of one of the library's own errors. */
const OWN = /^fiftyone_milvus\.errors\.(\w+): /;

/** How it introduces why an operator's form is refused. */
const REFUSED = /^fiftyone\.operators\.executor\.ExecutionError: Validation error\. Path: \S*\. Reason: /;

const NO_REASON = "The App's server failed. Its log says why.";

export const ApiContext = createContext<Api | null>(null);

/** The sentence to show for anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

interface Returned {
  code: string;
  message: string;
  brain_key?: string;
}

/** What a call failed with, whether Python raised or returned its error; else null. */
export function errorOf({ result, error, errorMessage }: OperatorResult): ApiError | null {
  if (error || errorMessage) {
    const message = errorMessage || lastLine(stackOf(error) ?? messageOf(error));
    const sentence = message.replace(OWN, "").replace(REFUSED, "");
    return new ApiError(OWN.exec(message)?.[1] ?? "failed", sentence || NO_REASON);
  }
  const returned = (result as { error?: Returned | null } | null)?.error;
  return returned ? new ApiError(returned.code, returned.message, returned.brain_key) : null;
}

/** The traceback of an answer that says only that the server failed. */
function stackOf(error: unknown): string | undefined {
  return (error as { bodyResponse?: { stack?: string } } | undefined)?.bodyResponse?.stack;
}

function lastLine(traceback: string): string {
  return traceback.trim().split("\n").at(-1) ?? traceback;
}

/** The panel's Python methods as promises; `trigger` is what calls one of them. */
export function createApi(uris: Uris, trigger: ReturnType<typeof useTriggerPanelEvent>): Api {
  const method = (name: string, uri: string) => (params?: object) =>
    new Promise<unknown>((resolve, reject) =>
      trigger(uri, params ?? {}, false, (answer) => {
        const error = errorOf(answer);
        if (error) {
          // what shows the indexes is asked for again then, and not for its own error
          if (name !== "overview") reportMissingIndex(error.code);
          reject(error);
        } else resolve(answer.result);
        return false; // the panel shows its own errors
      }),
    );
  const named = Object.entries(uris).map(([name, uri]) => [name, method(name, uri)]);
  return Object.fromEntries(named) as Api;
}

/** The panel's Python methods; they stay the same. */
export function useApi(): Api {
  const api = useContext(ApiContext);
  if (!api) throw new Error("useApi needs an ApiProvider");
  return api;
}
