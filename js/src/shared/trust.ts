import type { useTriggerPanelEvent } from "@fiftyone/operators";
import { createContext, useContext } from "react";
import { ApiError, errorOf } from "./api";

/**
 * Where something failed because an index's model has arguments that nobody has accepted
 * yet: asks in a form of the App's, and does it again once they are accepted.
 */
export type Trust = (error: unknown, again: () => void, brain_key?: string) => void;

export const TrustContext = createContext<Trust>(() => undefined);
export const useTrust = () => useContext(TrustContext);

const OPERATOR = "@milvus/vector-search/trust_model";
/** The error's code, and its class where an operator raised it. */
const UNTRUSTED = ["untrusted_model", "UntrustedModel"];

export function trustBy(trigger: ReturnType<typeof useTriggerPanelEvent>): Trust {
  return (error, again, brain_key) => {
    if (!(error instanceof ApiError) || !UNTRUSTED.includes(error.code)) return;
    trigger(OPERATOR, { brain_key: error.brain_key ?? brain_key }, true, (answer) => {
      if (!errorOf(answer)) again();
      return false; // the form shows its own errors
    });
  };
}
