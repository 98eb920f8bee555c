import { useEffect, useRef, useState } from "react";
import { useApi } from "../api/client";
import type { Index, RerunParams, SearchResult, TermShown } from "../api/contract";
import { useSerialCall } from "../api/useSerialCall";
import { useGrid, usePanelState } from "../hooks/appState";
import { useDeletions } from "../hooks/useDeletions";
import { useSearchAddress, type SearchAddress } from "../hooks/useSearchAddress";
import { useStable } from "../hooks/useStable";
import { chipProblem, shownChip, termOf, textChip, withChips, type Chip } from "./chips";
import { shownCount, showsResult, type ShownResult } from "./gridResults";
import { optionProblems, fromParams, toParams, type OptionValues } from "./optionValues";
import { strings } from "./strings";
import { useQueryDraft, type QueryDraft } from "./useQueryDraft";

export type { ShownResult };

interface Options {
  dataset: string;
  index: Index;
  indexes: Index[];
  onIndex: (brain_key: string) => void;
}

/** The results follow a change of the query once it has been the same for so long. */
const QUIET_MILLISECONDS = 400;

const asking = ({ chips, options }: QueryDraft, deletions: number) =>
  JSON.stringify([chips.map(({ key, negative, weight }) => [key, negative, weight]), options, deletions]);

/** The chips that an index can be searched with. */
const usableChips = (chips: Chip[], index: Index) => chips.filter((chip) => !chipProblem(chip, index));

/** What to do before a query can be searched with; null for one that can. */
export function queryProblem({ chips, options }: QueryDraft, index: Index): string | null {
  const [problem] = Object.values(optionProblems(options, index));
  if (problem) return problem;
  return usableChips(chips, index).some(({ negative }) => !negative) ? null : strings.nothingToSearch;
}

/** The query, its result and its error. Query and result are kept while the panel is closed. */
export function useSearch({ dataset, index, indexes, onIndex }: Options) {
  const api = useApi();
  const query = useQueryDraft();
  const { draft } = query;
  const [kept, setResult] = usePanelState<ShownResult | null>("milvus_search_result", null);
  const { stages } = useGrid();
  const [deletions] = useDeletions();
  const { busy, problem, run } = useSerialCall();
  const current = kept?.dataset === dataset && kept.result.brain_key === index.brain_key;
  const shown = current ? kept : null;
  const newestToken = useRef(kept?.result.token);
  const [made, setMade] = useState("");
  /** what was last searched for, also if that failed */
  const tried = useRef<string | null>(null);

  const show = (result: SearchResult, chips: Chip[], asked: string, keep = result.total) => {
    newestToken.current = result.token;
    setMade(result.token);
    setResult({ dataset, result, chips, keep: Math.min(keep, result.total), asked });
  };

  /** Searches with a query and added chips, which become the query. */
  const search = (added: Chip[] = [], from: QueryDraft = draft, keep = query.replace) => {
    const next = { ...from, chips: withChips(from.chips, added) };
    const usable = usableChips(next.chips, index);
    const asked = asking(next, deletions);
    const params = { brain_key: index.brain_key, query: { terms: usable.map(termOf) }, ...toParams(next.options, index) };
    // first, so that it is sent before the panel is rendered
    if (queryProblem(next, index) === null && !(busy && tried.current === asked))
      run(
        () => {
          tried.current = asked;
          return api.search(params);
        },
        (result) => show(result, usable, asked),
      );
    keep(next);
  };
  const newestSearch = useStable(search);

  const now = asking(draft, deletions);
  const outdated = shown !== null && shown.asked !== now;
  const obstacle = queryProblem(draft, index) ?? (draft.options.score_field.trim() ? strings.writesScores : null);
  const follows = outdated && obstacle === null && !busy;
  useEffect(() => {
    if (!follows) return;
    const timer = window.setTimeout(() => {
      if (tried.current !== now) newestSearch();
    }, QUIET_MILLISECONDS);
    return () => window.clearTimeout(timer);
  }, [follows, now, newestSearch]);

  /** Runs an earlier search, with its whole query and options. */
  const rerun = (which: RerunParams) =>
    run(() => api.rerun_search(which), ({ chips, request, ...result }) => {
      const of = indexes.find(({ brain_key }) => brain_key === request.brain_key) ?? index;
      const next = { chips: chips.map((each) => shownChip(each, of)), text: "", options: fromParams(request) };
      query.replace(next);
      onIndex(request.brain_key);
      show(result, next.chips, asking(next, deletions), which.keep);
    });
  const restore = ({ id, results }: SearchAddress, in_grid: boolean) =>
    rerun({ id, restore: true, in_grid, ...(results && { keep: results }) });
  const [last, setLast] = useState(shown);
  if (shown && shown !== last) setLast(shown);
  const settled = shown ? shownCount(stages, shown) === shown.keep : !(last && showsResult(stages, last));
  const id = shown?.result.history_id;
  useSearchAddress(shown && id ? { id, results: shown.keep } : null, settled, {
    onLoaded: (search) => restore(search, false),
    onWent: (search) => {
      if (search && (search.id !== id || !shown || search.results > shown.result.total)) restore(search, true);
      else if (shown && search) setResult({ ...shown, keep: search.results || shown.result.total });
      else if (shown) {
        query.startOver(true);
        setResult(null);
      }
    },
  });

  return {
    ...query,
    shown,
    /** changes when a search was made */
    made,
    /** the query was changed since */
    outdated,
    /** why the results don't follow it, and what to do; null if they do */
    obstacle: outdated ? (obstacle ?? (problem && strings.failed)) : null,
    busy,
    problem,
    search,
    /** Searches with terms that Python describes, too. */
    searchTerms: (read: () => Promise<{ chips: TermShown[] }>) =>
      run(read, ({ chips }) => newestSearch(chips.map((each) => shownChip(each, index)))),
    /** Shows as many results again. */
    more: () => {
      if (!shown || busy) return;
      const { token, history_id } = shown.result;
      run(() => api.more_results({ token }), (result) => show({ ...result, history_id }, shown.chips, shown.asked));
    },
    /** Searches with options that are less strict. */
    loosen: (part: Partial<OptionValues>) => search([], { ...draft, options: { ...draft.options, ...part } }),
    searchText: (text: string) =>
      search(text.trim() ? [textChip(text)] : [], { ...draft, text: "" }),
    /** Searches with one chip instead of those that there are. */
    searchOnly: (chip: Chip) => search([chip], { ...draft, chips: [], text: "" }),
    rerun,
    /** Keeps only the first results in the grid. */
    keepFirst: (keep: number) => {
      if (!shown) return;
      const { token } = shown.result;
      setResult({ ...shown, keep });
      // unless a search that was running has other results by then
      run(async () => token === newestToken.current && api.keep_results({ token, keep }));
    },
    /** Starts over: with the query, the options, and the view that was searched from. */
    clear: () => {
      query.startOver(shown !== null || busy);
      if (busy || kept !== null || stages.length > 0) run(api.clear_results, () => setResult(null));
    },
    /** Takes back the last change; what was cleared is searched for again. */
    undo: () => {
      const step = query.undo();
      if (step?.hadResults) search([], step.before, () => undefined);
    },
  };
}

export type Search = ReturnType<typeof useSearch>;
