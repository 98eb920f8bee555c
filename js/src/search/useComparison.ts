import { useState } from "react";
import { useApi } from "../api/client";
import type { Comparison } from "../api/contract";
import { useCall } from "../api/useCall";

/** What results are compared with: another index by its brain key, or an earlier search by its id. */
export interface Other {
  name: string;
  which: { other: string } | { id: string };
}

/** A search's results beside others. */
export function useComparison(token: string) {
  const api = useApi();
  const { busy, problem, run } = useCall();
  const [shown, setShown] = useState<{ token: string; name: string; comparison: Comparison } | null>(null);
  return {
    /** null where nothing is compared with these results */
    shown: shown?.token === token ? shown : null,
    busy,
    problem,
    compare: ({ name, which }: Other) =>
      run(() => api.compare_results({ token, ...which }), (comparison) => setShown({ token, name, comparison })),
    close: () => setShown(null),
  };
}
