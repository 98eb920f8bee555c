import { useEffect } from "react";
import type { Index } from "../api/contract";
import { useBrowserMemory } from "../hooks/useBrowserMemory";

/** The index that is chosen, by its key, or by what it keeps when it is renamed; else the first one that works. */
export function chosenIndex(indexes: Index[], brain_key: string, origin = ""): Index | undefined {
  return (
    indexes.find((index) => index.brain_key === brain_key) ??
    indexes.find((index) => originOf(index) === origin) ??
    indexes.find((index) => !index.problem) ??
    indexes[0]
  );
}

function originOf({ collection_name, created }: Index) {
  return `${collection_name} ${created}`;
}

/**
 * The index in use, which is remembered for the dataset, and how to switch to another. One
 * that is built or imported later doesn't replace it.
 *
 * @param complete whether it is known which of them work
 */
export function useIndexInUse(dataset: string, indexes: Index[], complete: boolean) {
  const [chosen, choose] = useBrowserMemory(`milvus_index ${dataset}`);
  const [origin, setOrigin] = useBrowserMemory(`milvus_index_origin ${dataset}`);
  const index = chosenIndex(indexes, chosen, origin);
  useEffect(() => {
    if (!complete || !index) return;
    choose(index.brain_key);
    setOrigin(originOf(index));
  }, [complete, index, choose, setOrigin]);
  return [index, choose] as const;
}
