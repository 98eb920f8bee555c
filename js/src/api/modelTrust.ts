import type { useTriggerPanelEvent } from "@fiftyone/operators";
import { createContext, useContext } from "react";
import { ApiError, errorOf } from "./errors";

/**
 * Where something failed because an index's model has arguments that nobody has accepted
 * yet: asks in a form of the App's, and does it again once they are accepted.
 */
export type AskTrust = (error: unknown, again: () => void, brain_key?: string) => void;

export const ModelTrustContext = createContext<AskTrust>(() => undefined);
export const useModelTrust = () => useContext(ModelTrustContext);

const OPERATOR = "@milvus/vector-search/trust_model";
/** The error's code, and its class where an operator raised it. */
const UNTRUSTED = ["untrusted_model", "UntrustedModel"];

export function createAskTrust(trigger: ReturnType<typeof useTriggerPanelEvent>): AskTrust {
  return (error, again, brain_key) => {
    if (!(error instanceof ApiError) || !UNTRUSTED.includes(error.code)) return;
    trigger(OPERATOR, { brain_key: error.brain_key ?? brain_key }, true, (answer) => {
      if (!errorOf(answer)) again();
      return false; // the form shows its own errors
    });
  };
}
