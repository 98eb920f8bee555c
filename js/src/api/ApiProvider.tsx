import { useTriggerPanelEvent } from "@fiftyone/operators";
import { useMemo, type ReactNode } from "react";
import { useShared } from "../hooks/shareEqual";
import { useStable } from "../hooks/useStable";
import { ApiContext, createApi, type Uris } from "./client";
import { ModelTrustContext, createAskTrust } from "./modelTrust";

interface Props {
  uris: Uris;
  children: ReactNode;
}

/**
 * Provides the Python methods of the panel. With each call the App renders again what can
 * make calls, which is this component alone.
 */
export function ApiProvider({ uris, children }: Props) {
  const trigger = useStable(useTriggerPanelEvent());
  const same = useShared(uris);
  const api = useMemo(() => createApi(same, trigger), [same, trigger]);
  const trust = useMemo(() => createAskTrust(trigger), [trigger]);
  return (
    <ApiContext.Provider value={api}>
      <ModelTrustContext.Provider value={trust}>{children}</ModelTrustContext.Provider>
    </ApiContext.Provider>
  );
}
