import { useOperatorExecutor } from "@fiftyone/operators";
import { usePanelId } from "@fiftyone/spaces";
import { useState } from "react";
import { errorOf, type BuildParams } from "../../shared/api";

const URI = "@milvus/vector-search/compute_index";

/** Starts the operator that builds an index, here or on a worker. */
export function useBuild(onEnd: (built: boolean) => void) {
  const { execute } = useOperatorExecutor(URI);
  const panel_id = usePanelId();
  const [building, setBuilding] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  const build = (params: BuildParams, delegate: boolean) => {
    setBuilding(params.brain_key);
    setProblem(null);
    // the id says that a panel asks, which shows the progress by itself
    void execute({ ...params, panel_id }, {
      requestDelegation: delegate,
      skipOutput: true,
      skipErrorNotification: true,
      callback: (answer) => {
        const error = errorOf(answer);
        setBuilding(null);
        setProblem(error?.message ?? null);
        onEnd(error === null);
      },
    });
  };
  return {
    build,
    /** the brain key of the index that is being built, else null */
    building,
    problem,
    forget: () => setProblem(null),
  };
}

export type Build = ReturnType<typeof useBuild>;
