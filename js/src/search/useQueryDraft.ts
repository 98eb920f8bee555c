import { usePanelState } from "../hooks/appState";
import type { Chip } from "./chips";
import { DEFAULT_OPTIONS, type OptionValues } from "./optionValues";

/** The query as the person has entered it. */
export interface QueryDraft {
  chips: Chip[];
  text: string;
  options: OptionValues;
}

interface Step {
  before: QueryDraft;
  /** its results were shown, and are to be again */
  hadResults: boolean;
}

const EMPTY_DRAFT: QueryDraft = { chips: [], text: "", options: DEFAULT_OPTIONS };
const MAX_STEPS = 20;

const isSame = (some: Chip[], others: Chip[]) => some.length === others.length && some.every((chip, n) => chip === others[n]);

/** The query draft, which is kept while the panel is closed, how to change it, and to undo that. */
export function useQueryDraft() {
  const [draft, set] = usePanelState<QueryDraft>("milvus_query_draft", EMPTY_DRAFT);
  const [steps, setSteps] = usePanelState<Step[]>("milvus_query_steps", []);
  const replace = (next: QueryDraft, hadResults = false) => {
    const last = steps.at(-1)?.before;
    const sameChips = (other: QueryDraft | undefined) => other !== undefined && isSame(other.chips, draft.chips);
    // what is typed into options, letter after letter, is one step, and another search with the same none
    const typedOn = sameChips(last) && last?.options !== draft.options;
    const noStep = sameChips(next) && (typedOn || next.options === draft.options);
    if (!noStep || hadResults) setSteps([...steps, { before: draft, hadResults }].slice(-MAX_STEPS));
    set(next);
  };
  return {
    draft,
    replace,
    type: (text: string) => set({ ...draft, text }),
    change: (part: Partial<OptionValues>) => replace({ ...draft, options: { ...draft.options, ...part } }),
    update: (changed: Chip) =>
      replace({ ...draft, chips: draft.chips.map((chip) => (chip.key === changed.key ? changed : chip)) }),
    remove: (removed: Chip) => replace({ ...draft, chips: draft.chips.filter(({ key }) => key !== removed.key) }),
    startOver: (hadResults: boolean) => replace(EMPTY_DRAFT, hadResults),
    canUndo: steps.length > 0,
    /** Takes back the last change of chips or options; what it was. */
    undo: (): Step | undefined => {
      const step = steps.at(-1);
      if (step) {
        setSteps(steps.slice(0, -1));
        set(step.before);
      }
      return step;
    },
  };
}
