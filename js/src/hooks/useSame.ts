import { useState } from "react";

/** The first of equal values, so that what gets it isn't drawn anew. */
export function useSame<T>(newest: T): T {
  const [kept, keep] = useState(newest);
  if (JSON.stringify(kept) === JSON.stringify(newest)) return kept;
  keep(newest);
  return newest;
}
