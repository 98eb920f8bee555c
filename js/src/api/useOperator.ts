import { useOperatorExecutor } from "@fiftyone/operators";
import { useCallback } from "react";
import { usePanelId } from "../hooks/appState";
import type { Operators } from "./contract";
import { errorOf } from "./errors";
import { longJob } from "./longJobs";
import { reportMissingIndex } from "./missingIndex";

/** One of the plugin's operators as a promise of its result; it runs on a worker if `delegate`. */
export function useOperator<Name extends keyof Operators>(name: Name) {
  const { execute } = useOperatorExecutor(`@milvus/vector-search/${name}`);
  const panel_id = usePanelId();
  return useCallback(
    (params: Operators[Name]["takes"], delegate = false) =>
      new Promise<Operators[Name]["gives"]>((resolve, reject) => {
        // the id says that a panel asks, which shows the progress by itself
        const all = longJob(name) ? { ...params, panel_id } : params;
        void execute(all, {
          requestDelegation: delegate,
          skipOutput: true,
          skipErrorNotification: true,
          callback: (answer) => {
            const error = errorOf(answer);
            // the person who cancelled it knows so, and its job says what it had done
            if (error === null || error.code === "Cancelled") {
              resolve(answer.result as Operators[Name]["gives"]);
              return;
            }
            reportMissingIndex(error.code);
            reject(error);
          },
        });
      }),
    [execute, name, panel_id],
  );
}
