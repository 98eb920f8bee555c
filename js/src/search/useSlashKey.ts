import { useContext, useEffect } from "react";
import { ScrollContext } from "../hooks/ScrollContext";

const TYPED = "input, textarea, select, [contenteditable=true], [role=dialog] *";

/** The key / goes to the text box, from anywhere in the panel and where nothing has the focus. */
export function useSlashKey() {
  const panel = useContext(ScrollContext);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const { target, key } = event;
      if (key !== "/" || event.ctrlKey || event.metaKey || event.altKey || !(target instanceof HTMLElement)) return;
      const here = target === document.body || panel.current?.contains(target);
      if (!here || target.matches(TYPED)) return;
      event.preventDefault();
      panel.current?.querySelector<HTMLInputElement>("input[name=query]")?.focus();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [panel]);
}
