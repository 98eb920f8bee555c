import { useOperatorExecutor } from "@fiftyone/operators";
import { usePanelId } from "@fiftyone/spaces";
import { useState } from "react";
import { errorOf } from "./client";
import { useModelTrust } from "./modelTrust";

/** Runs an operator that works on an index for long, here or on a worker. */
export function useOperator<Params extends { brain_key: string }>(
  uri: string,
  onEnd: (well: boolean) => void,
) {
  const { execute } = useOperatorExecutor(uri);
  const panel_id = usePanelId();
  const trust = useModelTrust();
  const [running, setRunning] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  const run = (params: Params, delegate: boolean, onWell?: () => void) => {
    setRunning(params.brain_key);
    setProblem(null);
    // the id says that a panel asks, which shows the progress by itself
    void execute({ ...params, panel_id }, {
      requestDelegation: delegate,
      skipOutput: true,
      skipErrorNotification: true,
      callback: (answer) => {
        const found = errorOf(answer);
        // who stops it knows so, and its job says what became of it
        const error = found?.code === "Cancelled" ? null : found;
        setRunning(null);
        setProblem(error?.message ?? null);
        if (error === null) onWell?.();
        onEnd(error === null);
        trust(error, () => run(params, delegate, onWell), params.brain_key);
      },
    });
  };
  return {
    run,
    /** the brain key of the index that it works on, else null */
    running,
    problem,
    forget: () => setProblem(null),
  };
}

export type Operator<Params extends { brain_key: string }> = ReturnType<typeof useOperator<Params>>;
