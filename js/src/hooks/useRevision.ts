import { useState } from "react";

/** Counts how often a value was replaced by another. */
export function useRevision(value: unknown): string {
  const [seen, setSeen] = useState({ value, times: 0 });
  if (seen.value !== value) setSeen({ value, times: seen.times + 1 });
  return String(seen.times);
}
