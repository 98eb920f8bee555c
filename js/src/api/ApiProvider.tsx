import { executeOperator, useTriggerPanelEvent } from "@fiftyone/operators";
import { useMemo, type ReactNode } from "react";
import { usePanelId } from "../hooks/appState";
import { useShared } from "../hooks/shareEqual";
import { useStable } from "../hooks/useStable";
import { ApiContext, createApi, type Execute, type Uris } from "./client";
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
  const panel_id = usePanelId();
  const api = useMemo(() => createApi(same, executeFrom(panel_id)), [same, panel_id]);
  const trust = useMemo(() => createAskTrust(trigger), [trigger]);
  return (
    <ApiContext.Provider value={api}>
      <ModelTrustContext.Provider value={trust}>{children}</ModelTrustContext.Provider>
    </ApiContext.Provider>
  );
}

/**
 * Calls a method of the panel. A panel event of the App's does the same, and draws a spinner
 * in the panel's tab meanwhile: every second while a job is asked for. The panel shows its
 * own progress, and its own errors.
 */
const executeFrom =
  (panel_id: string): Execute =>
  (uri, params, callback) =>
    void executeOperator(uri, { ...params, panel_id }, { callback, skipOutput: true, skipErrorNotification: true });
