import { useTriggerPanelEvent } from "@fiftyone/operators";
import { useMemo, type ReactNode } from "react";
import { ApiContext, createApi, type Uris } from "./client";
import { ModelTrustContext, createAskTrust } from "./modelTrust";
import { useSame } from "../hooks/useSame";
import { useStable } from "../hooks/useStable";

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
  const api = useMemo(() => createApi(same, trigger), [same, trigger]);
  const trust = useMemo(() => createAskTrust(trigger), [trigger]);
  return (
    <ApiContext.Provider value={api}>
      <ModelTrustContext.Provider value={trust}>{children}</ModelTrustContext.Provider>
    </ApiContext.Provider>
  );
}
