import { usePanelState } from "../hooks/appState";
import { withChips, type Chip } from "./chips";
import { DEFAULT_OPTIONS, type OptionValues } from "./optionValues";

/** The query as the person has entered it. */
export interface QueryDraft {
  chips: Chip[];
  /** removed, the last one last; they can be restored */
  removed: Chip[];
  text: string;
  options: OptionValues;
}

const EMPTY_DRAFT: QueryDraft = { chips: [], removed: [], text: "", options: DEFAULT_OPTIONS };

/** The query draft, which is kept while the panel is closed, and how to change it. */
export function useQueryDraft() {
  const [draft, set] = usePanelState<QueryDraft>("milvus_query_draft", EMPTY_DRAFT);
  return {
    draft,
    set,
    type: (text: string) => set({ ...draft, text }),
    change: (part: Partial<OptionValues>) => set({ ...draft, options: { ...draft.options, ...part } }),
    /** Changes a chip where it is; one that isn't there yet is added at the end. */
    update: (changed: Chip) => {
      const known = draft.chips.some(({ key }) => key === changed.key);
      const chips = known
        ? draft.chips.map((chip) => (chip.key === changed.key ? changed : chip))
        : [...draft.chips, changed];
      set({ ...draft, chips });
    },
    remove: (removed: Chip) =>
      set({
        ...draft,
        chips: draft.chips.filter(({ key }) => key !== removed.key),
        removed: withChips(draft.removed, [removed]).slice(-20),
      }),
    startOver: () =>
      set({ ...draft, chips: [], text: "", removed: withChips(draft.removed, draft.chips).slice(-20) }),
    restore: () => {
      const back = draft.removed.slice(-1);
      set({ ...draft, chips: withChips(draft.chips, back), removed: draft.removed.slice(0, -1) });
    },
  };
}
