import { useEffect } from "react";
import type { Index } from "../api/contract";
import { useBrowserMemory } from "../hooks/useBrowserMemory";

/** The index that is chosen, else the first one that works. */
export function chosenIndex(indexes: Index[], brain_key: string): Index | undefined {
  return (
    indexes.find((index) => index.brain_key === brain_key) ??
    indexes.find((index) => !index.problem) ??
    indexes[0]
  );
}

/**
 * The index in use, which is remembered for the dataset, and how to switch to another. One
 * that is built or imported later doesn't replace it.
 *
 * @param complete whether it is known which of them work
 */
export function useIndexInUse(dataset: string, indexes: Index[], complete: boolean) {
  const [chosen, choose] = useBrowserMemory(`milvus_index ${dataset}`);
  const index = chosenIndex(indexes, chosen);
  const key = index?.brain_key;
  useEffect(() => {
    if (complete && key !== undefined && key !== chosen) choose(key);
  }, [complete, key, chosen, choose]);
  return [index, choose] as const;
}
