import { useContext, useEffect } from "react";
import { ScrollContext } from "../hooks/ScrollContext";
import { useStable } from "../hooks/useStable";

const TYPED = "input:not([type=checkbox]):not([type=range]), textarea, select, [contenteditable=true], [role=dialog] *";

/** Calls `act` at a key, anywhere in the panel and where nothing has the focus, unless one types. */
export function usePanelKey(key: string, act: (panel: HTMLElement) => void) {
  const panel = useContext(ScrollContext);
  const stableAct = useStable(act);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const { target } = event;
      if (event.key !== key || event.ctrlKey || event.metaKey || event.altKey || !(target instanceof HTMLElement)) return;
      if (!panel.current || target.matches(TYPED)) return;
      if (target !== document.body && !panel.current.contains(target)) return;
      event.preventDefault();
      stableAct(panel.current);
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [panel, key, stableAct]);
}
