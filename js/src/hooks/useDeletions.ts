import { usePanelState } from "./appState";

/** How often samples or patches were deleted here: what was found before may be gone. */
export const useDeletions = () => usePanelState("milvus_deletions", 0);
