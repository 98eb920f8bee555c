import { useEffect, useSyncExternalStore } from "react";
import type { Index } from "../api/contract";
import type { Chip } from "./chips";
import type { ShownResult } from "./useSearch";

/** The search that is shown beside the grid, for the panel in FiftyOne's modal: FiftyOne gives each panel a state of its own. */
interface OpenSearch {
  shown: ShownResult | null;
  index: Index;
  /** searches with this alone */
  findSimilar: (chip: Chip) => void;
}

let open: OpenSearch | null = null;
const listeners = new Set<() => void>();

function publish(next: OpenSearch | null) {
  open = next;
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** It; null where the Search tab isn't open. */
export const useOpenSearch = (): OpenSearch | null => useSyncExternalStore(subscribe, () => open);

/** Makes it known, while the Search tab is open. */
export function usePublishedSearch({ shown, index, findSimilar }: OpenSearch) {
  useEffect(() => publish({ shown, index, findSimilar }), [shown, index, findSimilar]);
  useEffect(() => () => publish(null), []);
}
