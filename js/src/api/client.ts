import type { OperatorResult } from "@fiftyone/operators";
import { createContext, useContext } from "react";
import type { Methods } from "./contract";
import { errorOf } from "./errors";
import { reportMissingIndex } from "./missingIndex";

/** Where each panel method is called; Python passes them in the view's schema. */
export type Uris = Record<keyof Methods, string>;

export type Api = { [Name in keyof Methods]: Call<Methods[Name]> };

type Call<Method extends { gives: unknown }> = Method extends { takes: infer Params }
  ? (params: Params) => Promise<Method["gives"]>
  : () => Promise<Method["gives"]>;

export const ApiContext = createContext<Api | null>(null);

export type Execute = (uri: string, params: object, callback: (answer: OperatorResult) => void) => void;

/** The panel's Python methods as promises; `execute` is what calls one of them. */
export function createApi(uris: Uris, execute: Execute): Api {
  const method = (name: string, uri: string) => (params?: object) =>
    new Promise<unknown>((resolve, reject) =>
      execute(uri, params ?? {}, (answer) => {
        const error = errorOf(answer);
        if (error) {
          // what shows the indexes is asked for again then, and not for its own error
          if (name !== "overview") reportMissingIndex(error.code);
          reject(error);
        } else resolve(answer.result);
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
