import { useApi } from "../api/client";
import type { Index, SearchResult } from "../api/contract";
import { useCall } from "../api/useCall";
import { useGrid, usePanelState } from "../hooks/appState";
import { chipProblem, shownChip, termOf, textChip, withChips, type Chip } from "./chips";
import { optionProblems, fromParams, toParams, type OptionValues } from "./optionValues";
import { useQueryDraft, type QueryDraft } from "./useQueryDraft";
import { useSelectionChips } from "./useSelectionChips";

export interface ShownResult {
  dataset: string;
  result: SearchResult;
  /** the chips that were searched with */
  chips: Chip[];
  /** how many of the results, the best first, are in the grid */
  keep: number;
  /** the chips and options that were searched with, to compare the query with */
  asked: string;
}

interface Options {
  dataset: string;
  index: Index;
  indexes: Index[];
  onIndex: (brain_key: string) => void;
}

const asking = (chips: Chip[], options: OptionValues) =>
  JSON.stringify([chips.map(({ key, negative, weight }) => [key, negative, weight]), options]);

/** The query, its result and its error. Query and result are kept while the panel is closed. */
export function useSearch({ dataset, index, indexes, onIndex }: Options) {
  const api = useApi();
  const query = useQueryDraft();
  const { draft } = query;
  const [kept, setResult] = usePanelState<ShownResult | null>("milvus_search_result", null);
  const { stages } = useGrid();
  const { busy, problem, run } = useCall();
  const selected = useSelectionChips(index, draft.options.scope !== "selected");
  const taken = new Set([...draft.chips, ...draft.removed].map(({ key }) => key));
  const selectedChips = selected.filter(({ key }) => !taken.has(key));
  const current = kept?.dataset === dataset && kept.result.brain_key === index.brain_key;
  const shown = current ? kept : null;

  const show = (result: SearchResult, chips: Chip[], asked: string) =>
    setResult({ dataset, result, chips, keep: result.total, asked });

  /** Searches with the chips, with what is selected, and with added chips. */
  const search = (added: Chip[] = [], from: QueryDraft = draft, keep = query.replace) => {
    const chips = withChips(from.chips, [...selectedChips, ...added]);
    const usable = chips.filter((chip) => !chipProblem(chip, index));
    const wrong = Object.keys(optionProblems(from.options, index)).length > 0;
    if (busy || usable.length === 0 || wrong) return;
    const keys = new Set(chips.map(({ key }) => key));
    const removed = from.removed.filter(({ key }) => !keys.has(key));
    const terms = usable.map(termOf);
    const options = toParams(from.options, index);
    const params = { brain_key: index.brain_key, query: { terms }, ...options };
    // first, so that it is sent before the panel is rendered
    run(() => api.search(params), (result) => show(result, usable, asking(chips, from.options)));
    keep({ ...from, chips, removed });
  };

  return {
    ...query,
    selectedChips,
    shown,
    /** the query was changed since */
    outdated: shown !== null && shown.asked !== asking(draft.chips, draft.options),
    busy,
    problem,
    search,
    /** Shows as many results again. */
    more: () => {
      if (!shown || busy) return;
      const { token } = shown.result;
      run(() => api.more_results({ token }), (result) => show(result, shown.chips, shown.asked));
    },
    /** Searches with options that are less strict. */
    loosen: (part: Partial<OptionValues>) => search([], { ...draft, options: { ...draft.options, ...part } }),
    searchText: (text: string) =>
      search(text.trim() ? [textChip(text)] : [], { ...draft, text: "" }),
    /** Runs an earlier search, with its whole query and options. */
    rerun: (which: { id?: string; name?: string }) =>
      run(() => api.rerun_search(which), ({ chips, request, ...result }) => {
        const of = indexes.find(({ brain_key }) => brain_key === request.brain_key) ?? index;
        const made = chips.map((shown) => shownChip(shown, of));
        const options = fromParams(request);
        query.replace({ chips: made, removed: [], text: "", options });
        onIndex(request.brain_key);
        show(result, made, asking(made, options));
      }),
    /** Keeps only the first results in the grid. */
    keepFirst: (keep: number) => {
      if (!shown) return;
      const { token } = shown.result;
      setResult({ ...shown, keep });
      run(() => api.keep_results({ token, keep }), () => undefined);
    },
    /** Starts over: with the query, the options, and the view that was searched from. */
    clear: () => {
      query.startOver(shown !== null);
      if (kept !== null || stages.length > 0) run(() => api.clear_results(), () => setResult(null));
    },
    /** Takes back the last change; what was cleared is searched for again. */
    undo: () => {
      const step = query.undo();
      if (step?.hadResults) search([], step.before, () => undefined);
    },
  };
}

export type Search = ReturnType<typeof useSearch>;
