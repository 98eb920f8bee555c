import { useMemo, useState } from "react";
import { useApi } from "../api/client";
import type { Result, Tagged } from "../api/contract";
import { useCall } from "../api/useCall";
import { usePanelState, useSuccessMessage } from "../hooks/appState";
import { searchOf } from "./gridResults";
import type { ShownResult } from "./useSearch";

interface Change {
  search: string;
  tag: string;
  ids: Set<string>;
  removed: boolean;
}

/** Tags results; what was tagged here is shown with them, and the last tag can be undone. */
export function useTags(shown: ShownResult) {
  const api = useApi();
  const showSuccess = useSuccessMessage();
  const { run, problem } = useCall();
  const [last, setLast] = usePanelState("milvus_last_tag", "");
  const [all, setAll] = useState<Change[]>([]);
  const { keep } = shown;
  const { token } = shown.result;
  const search = searchOf(shown);
  const changes = useMemo(() => all.filter((change) => change.search === search), [all, search]);
  const newest = changes.at(-1);
  const undoable = newest && !newest.removed && newest.ids.size > 0 ? newest : null;

  const change = (tag: string, selection: string[], remove: boolean) => {
    const params = { token, keep, tag, ...(selection.length > 0 && { selection }), ...(remove && { remove }) };
    return api.tag_results(params).then((answer: Tagged) => {
      setAll((old) => [...old, { search, tag, ids: new Set(answer.changed), removed: remove }]);
      setLast(tag);
      return answer;
    });
  };
  return {
    /** the tag that was given last */
    last,
    problem,
    changes,
    /** Tags some results, or all that the grid shows. */
    tag: (tag: string, ids: string[] = []) => change(tag, ids, false),
    /** As `tag`, and says what was done. */
    tagOne: (tag: string, id: string) => run(() => change(tag, [id], false), ({ message }) => showSuccess(message)),
    /** the tag that `undo` removes */
    undoable: undoable?.tag ?? null,
    undo: () => {
      if (!undoable) return;
      const { tag, ids } = undoable;
      run(() => change(tag, [...ids], true), ({ message }) => showSuccess(message));
    },
    suggestions: () => api.tags({ token }).then(({ tags }) => tags),
  };
}

export type Tags = ReturnType<typeof useTags>;

/** A result's tags, with what was changed since they were read. */
export function tagsOf({ id, tags }: Result, changes: Tags["changes"]): string[] {
  const now = new Set(tags);
  for (const { tag, ids, removed } of changes) {
    if (!ids.has(id)) continue;
    if (removed) now.delete(tag);
    else now.add(tag);
  }
  return [...now];
}
