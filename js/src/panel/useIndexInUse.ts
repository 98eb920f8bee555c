import type { Index } from "../api/contract";
import { usePanelState } from "../hooks/appState";

/** The index that is chosen, else the first one that works. */
export function chosenIndex(indexes: Index[], brain_key: string): Index | undefined {
  return (
    indexes.find((index) => index.brain_key === brain_key) ??
    indexes.find((index) => !index.problem) ??
    indexes[0]
  );
}

/** The index in use, and how to switch to another. */
export function useIndexInUse(indexes: Index[]) {
  const [key, choose] = usePanelState("milvus_index", "");
  return [chosenIndex(indexes, key), choose] as const;
}
