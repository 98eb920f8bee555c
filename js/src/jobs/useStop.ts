import { useState } from "react";
import { messageOf } from "../api/client";

type Stopping = "pausing" | "cancelling";

/** Asks a job to stop, once; it does so when its piece of work is done. */
export function useStop(job_id: string) {
  const [stopping, setStopping] = useState<Stopping | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const stop = (how: Stopping, ask: (params: { job_id: string }) => Promise<unknown>) => {
    setStopping(how);
    setProblem(null);
    ask({ job_id }).catch((error: unknown) => {
      setProblem(messageOf(error));
      setStopping(null);
    });
  };
  return { stop, stopping, problem };
}
