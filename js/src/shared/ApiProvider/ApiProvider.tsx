import { useTriggerPanelEvent } from "@fiftyone/operators";
import { useMemo, type ReactNode } from "react";
import { ApiContext, methods, type Uris } from "../api";
import { TrustContext, trustBy } from "../trust";
import { useSame } from "../useSame";
import { useStable } from "../useStable";

interface Props {
  uris: Uris;
  children: ReactNode;
}

/**
 * Gives what is within the panel's Python methods. The App draws anew, with each call, what
 * can make calls: that is this alone.
 */
export function ApiProvider({ uris, children }: Props) {
  const trigger = useStable(useTriggerPanelEvent());
  const same = useSame(uris);
  const api = useMemo(() => methods(same, trigger), [same, trigger]);
  const trust = useMemo(() => trustBy(trigger), [trigger]);
  return (
    <ApiContext.Provider value={api}>
      <TrustContext.Provider value={trust}>{children}</TrustContext.Provider>
    </ApiContext.Provider>
  );
}
