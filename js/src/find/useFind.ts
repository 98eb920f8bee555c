import { useApi } from "../api/client";
import type { FindOperators, Job } from "../api/contract";
import { useCall } from "../api/useCall";
import { useLongJob } from "../api/useLongJob";
import { usePanelState } from "../hooks/appState";
import { isActive } from "../jobs/jobState";
import { GROUPS, KINDS, toShow, toTag, type Group, type Kind } from "./groups";

export interface Decision {
  /** null if the group was left as it is */
  tag: string | null;
  /** the ids that got the tag */
  changed: string[];
}

/** What was found, and what was decided of it. */
export interface Found {
  dataset: string;
  brain_key: string;
  kind: Kind;
  message: string;
  groups: Group[];
  /** by group, in the order in which they were made */
  decisions: [number, Decision][];
}

/** Finds problems, and decides about them. What was found is kept while the panel is closed. */
export function useFind(dataset: string, onEnd: () => void) {
  const api = useApi();
  const [kept, setFound] = usePanelState<Found | null>("milvus_found", null);
  const found = kept?.dataset === dataset ? kept : null;
  const finders = {
    find_duplicates: useLongJob("find_duplicates", onEnd),
    find_leaks: useLongJob("find_leaks", onEnd),
    find_label_outliers: useLongJob("find_label_outliers", onEnd),
    find_unique: useLongJob("find_unique", onEnd),
  };
  const all = Object.values(finders);
  const { run, busy, problem } = useCall();

  const decide = (decisions: [number, Decision][], ids: string[]) => {
    if (!found || busy) return;
    const { brain_key } = found;
    const tag = decisions[0]?.[1].tag ?? null;
    const ended = (changed: string[]) => {
      const got = new Set(changed);
      const made = decisions.map(([n, decision]): [number, Decision] => [
        n,
        { ...decision, changed: toTag(found.groups[n]).filter((id) => got.has(id)) },
      ]);
      const numbers = new Set(made.map(([n]) => n));
      setFound({ ...found, decisions: [...found.decisions.filter(([n]) => !numbers.has(n)), ...made] });
    };
    if (tag === null || ids.length === 0) ended([]);
    else run(() => api.tag_found({ brain_key, ids, tag }), ({ changed }) => ended(changed));
  };

  return {
    found,
    running: all.some((each) => each.running !== null),
    problem: problem ?? all.map((each) => each.problem).find(Boolean) ?? null,
    busy,
    /** the job of what is being found, of those that there are */
    job: (jobs: Job[]) => jobs.find((job) => isActive(job) && KINDS.includes(job.operator as Kind)),
    find: <Name extends Kind>(kind: Name, params: FindOperators[Name]["takes"]) => {
      for (const each of all) each.dismiss();
      // each finder takes what its name says
      const finder = finders[kind] as unknown as { run: (params: object, delegate: boolean, onDone: () => void) => void };
      finder.run(params, false, () =>
        run(() => api.find_result({ operator: kind }), ({ found: answer }) => {
          if (!answer) return; // it was cancelled
          const groups = (GROUPS[kind] as unknown as (answer: object) => Group[])(answer);
          const { brain_key } = params;
          setFound({ dataset, brain_key, kind, message: String(answer.message), groups, decisions: [] });
          // nor does the App do what such an operator has it do
          if (groups.length > 0) run(() => api.show_found({ brain_key, ids: toShow(groups) }));
        }),
      );
    },
    /** Keeps another member of a group. */
    keep: (number: number, member: number) => {
      if (!found || found.groups[number].keep === null) return;
      const groups = found.groups.map((group, n) => (n === number ? { ...group, keep: member } : group));
      setFound({ ...found, groups });
    },
    /** Tags what is to be tagged of some groups in one request. */
    tag: (numbers: number[], tag: string) =>
      decide(
        numbers.map((n) => [n, { tag, changed: [] }]),
        numbers.flatMap((n) => (found ? toTag(found.groups[n]) : [])),
      ),
    leave: (number: number) => decide([[number, { tag: null, changed: [] }]], []),
    /** Takes back what was decided about a group. */
    undo: (number: number) => {
      const decision = found?.decisions.find(([n]) => n === number)?.[1];
      if (!found || !decision || busy) return;
      const { brain_key } = found;
      const { tag, changed } = decision;
      const ended = () => setFound({ ...found, decisions: found.decisions.filter(([n]) => n !== number) });
      if (tag === null || changed.length === 0) ended();
      else run(() => api.tag_found({ brain_key, ids: changed, tag, remove: true }), ended);
    },
    /** Shows in the grid what is tagged so far, or all that was found. */
    show: (tagged: boolean) => {
      if (!found) return;
      const { brain_key, decisions, groups } = found;
      const ids = tagged
        ? decisions.flatMap(([n, { tag }]) => (tag === null ? [] : toTag(groups[n])))
        : toShow(groups);
      run(() => api.show_found({ brain_key, ids }));
    },
  };
}

export type Find = ReturnType<typeof useFind>;
