import { useMemo, useState } from "react";
import type { Overview } from "../api/contract";
import type { Fetched } from "../api/useFetched";
import { strings } from "./strings";

/**
 * The overview as it is once the person has stopped the embedded Milvus: asking Python for
 * another would start it.
 */
export function useStoppedServer(fetched: Fetched<Overview>) {
  const [at, setAt] = useState<Overview | null>(null);
  const isStopped = at !== null && at === fetched.value;
  const stopped = useMemo(
    () =>
      at?.server
        ? { ...at, server: { ...at.server, reachable: false, latency_ms: null, problem: strings.wasStopped } }
        : at,
    [at],
  );
  return {
    overview: { ...fetched, value: isStopped ? stopped : fetched.value },
    isStopped,
    stopped: () => setAt(fetched.value),
  };
}
