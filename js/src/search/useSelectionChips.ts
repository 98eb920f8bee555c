import { useApi } from "../api/client";
import type { Index } from "../api/contract";
import { useSelection } from "../hooks/appState";
import { useDebouncedAnswer } from "../hooks/useDebouncedAnswer";
import { shownChip, type Chip } from "./chips";

/** A drag over many tiles is one change. */
const QUIET_MILLISECONDS = 150;

/**
 * What is selected in the grid, as chips; Python is asked when that has changed. There are
 * none if it can't answer: the search then says what is wrong.
 */
export function useSelectionChips(index: Index, wanted: boolean): Chip[] {
  const api = useApi();
  const { brain_key } = index;
  const { sampleIds, labelIds, revision } = useSelection();
  const isAsked = wanted && sampleIds.length + labelIds.length > 0;
  const answer = useDebouncedAnswer(
    isAsked ? `${brain_key} ${revision}` : null,
    () => api.selection({ brain_key }),
    QUIET_MILLISECONDS,
  );
  return (answer?.chips ?? []).map((shown) => shownChip(shown, index));
}
