import { usePanelState } from "../hooks/appState";
import { withChips, type Chip } from "./chips";
import { DEFAULT_OPTIONS, type OptionValues } from "./optionValues";

/** The query that the person puts together. */
export interface QueryDraft {
  chips: Chip[];
  /** taken out, the last one last; they can be put back */
  removed: Chip[];
  text: string;
  options: OptionValues;
}

const EMPTY_DRAFT: QueryDraft = { chips: [], removed: [], text: "", options: DEFAULT_OPTIONS };

/** The draft, which outlives the panel's mounting, and what can be done to it. */
export function useQueryDraft() {
  const [draft, set] = usePanelState<QueryDraft>("milvus_draft_query", EMPTY_DRAFT);
  return {
    draft,
    set,
    type: (text: string) => set({ ...draft, text }),
    change: (part: Partial<OptionValues>) => set({ ...draft, options: { ...draft.options, ...part } }),
    /** In its place, or at the end if it wasn't among the chips yet. */
    update: (changed: Chip) => {
      const known = draft.chips.some(({ key }) => key === changed.key);
      const chips = known
        ? draft.chips.map((chip) => (chip.key === changed.key ? changed : chip))
        : [...draft.chips, changed];
      set({ ...draft, chips });
    },
    remove: (gone: Chip) =>
      set({
        ...draft,
        chips: draft.chips.filter(({ key }) => key !== gone.key),
        removed: withChips(draft.removed, [gone]).slice(-20),
      }),
    startOver: () =>
      set({ ...draft, chips: [], text: "", removed: withChips(draft.removed, draft.chips).slice(-20) }),
    putBack: () => {
      const back = draft.removed.slice(-1);
      set({ ...draft, chips: withChips(draft.chips, back), removed: draft.removed.slice(0, -1) });
    },
  };
}
