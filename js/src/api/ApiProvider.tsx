import { useTriggerPanelEvent } from "@fiftyone/operators";
import { useMemo, useState, type ReactNode } from "react";
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
  const same = useSame(uris);
  const api = useMemo(() => createApi(same, trigger), [same, trigger]);
  const trust = useMemo(() => createAskTrust(trigger), [trigger]);
  return (
    <ApiContext.Provider value={api}>
      <ModelTrustContext.Provider value={trust}>{children}</ModelTrustContext.Provider>
    </ApiContext.Provider>
  );
}

/** The first of equal values, so that what gets it isn't rendered again. */
function useSame<T>(newest: T): T {
  const [first, setFirst] = useState(newest);
  if (JSON.stringify(first) === JSON.stringify(newest)) return first;
  setFirst(newest);
  return newest;
}
