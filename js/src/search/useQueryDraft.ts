import { usePanelState } from "../hooks/appState";
import { withChips, type Chip } from "./chips";
import { DEFAULT_OPTIONS, type OptionValues } from "./optionValues";

/** The query as the person has entered it. */
export interface QueryDraft {
  chips: Chip[];
  /** removed: what is selected in the grid isn't added again */
  removed: Chip[];
  text: string;
  options: OptionValues;
}

interface Step {
  before: QueryDraft;
  /** its results were shown, and are to be again */
  hadResults: boolean;
}

const EMPTY_DRAFT: QueryDraft = { chips: [], removed: [], text: "", options: DEFAULT_OPTIONS };
const MAX_STEPS = 20;

const isSame = (some: Chip[], others: Chip[]) => some.length === others.length && some.every((chip, n) => chip === others[n]);

/** The query draft, which is kept while the panel is closed, how to change it, and to undo that. */
export function useQueryDraft() {
  const [draft, set] = usePanelState<QueryDraft>("milvus_query_draft", EMPTY_DRAFT);
  const [steps, setSteps] = usePanelState<Step[]>("milvus_query_steps", []);
  const replace = (next: QueryDraft, hadResults = false) => {
    const last = steps.at(-1)?.before;
    const sameChips = (other: QueryDraft | undefined) =>
      other !== undefined && isSame(other.chips, draft.chips) && isSame(other.removed, draft.removed);
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
    /** Changes a chip where it is; one that isn't there yet is added at the end. */
    update: (changed: Chip) => {
      const known = draft.chips.some(({ key }) => key === changed.key);
      const chips = known
        ? draft.chips.map((chip) => (chip.key === changed.key ? changed : chip))
        : [...draft.chips, changed];
      replace({ ...draft, chips });
    },
    remove: (removed: Chip) =>
      replace({
        ...draft,
        chips: draft.chips.filter(({ key }) => key !== removed.key),
        removed: withChips(draft.removed, [removed]).slice(-20),
      }),
    startOver: (hadResults: boolean) =>
      replace({ ...EMPTY_DRAFT, removed: withChips(draft.removed, draft.chips).slice(-20) }, hadResults),
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
