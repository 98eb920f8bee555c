import { useState } from "react";
import { useStable } from "./useStable";

/** A text that the browser remembers, also after the page is closed; empty at first. */
export function useBrowserMemory(name: string) {
  const [text, setText] = useState(() => read(name));
  const remember = useStable((next: string) => {
    setText(next);
    try {
      localStorage.setItem(name, next);
    } catch {
      // the person doesn't allow it: it is remembered until the panel is closed
    }
  });
  return [text, remember] as const;
}

function read(name: string): string {
  try {
    return localStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}
