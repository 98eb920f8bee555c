import { useOperatorExecutor } from "@fiftyone/operators";
import { useCallback } from "react";
import { errorOf, type Operations } from "./client";
import { reportMissingIndex } from "./missingIndex";

/** An operator that answers at once, as a promise of its result. */
export function useOperation<Name extends keyof Operations>(name: Name) {
  const { execute } = useOperatorExecutor(`@milvus/vector-search/${name}`);
  return useCallback(
    (params: Operations[Name]["takes"]) =>
      new Promise<Operations[Name]["gives"]>((resolve, reject) => {
        void execute(params, {
          skipOutput: true,
          skipErrorNotification: true,
          callback: (answer) => {
            const error = errorOf(answer);
            if (error) {
              reportMissingIndex(error.code);
              reject(error);
            } else resolve(answer.result as Operations[Name]["gives"]);
          },
        });
      }),
    [execute],
  );
}
