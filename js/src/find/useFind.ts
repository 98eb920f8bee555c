import { useRef, useState } from "react";
import { useApi } from "../api/client";
import type { FindOperators, Job } from "../api/contract";
import { messageOf } from "../api/errors";
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
  /** when it was found, by which it is known */
  at: number;
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
  const [kept, setKept] = usePanelState<Found | null>("milvus_found", null);
  const found = kept?.dataset === dataset ? kept : null;
  const newest = useRef(found);
  const requests = useRef(Promise.resolve());
  const finders = {
    find_duplicates: useLongJob("find_duplicates", onEnd),
    find_leaks: useLongJob("find_leaks", onEnd),
    find_label_outliers: useLongJob("find_label_outliers", onEnd),
    find_unique: useLongJob("find_unique", onEnd),
  };
  const all = Object.values(finders);
  const { run, busy, problem } = useCall();
  const [tagProblem, setTagProblem] = useState<string | null>(null);

  const setFound = (next: Found) => {
    newest.current = next;
    setKept(next);
  };
  const decisionOf = (number: number) => newest.current?.decisions.find(([n]) => n === number)?.[1];
  /** Sets what is decided about some groups of what was found; null if nothing is. */
  const decide = ({ at }: Found, numbers: number[], decision: (number: number) => Decision | null) => {
    const now = newest.current;
    if (now?.at !== at) return;
    const others = now.decisions.filter(([n]) => !numbers.includes(n));
    const made = numbers.flatMap((n): [number, Decision][] => {
      const one = decision(n);
      return one ? [[n, one]] : [];
    });
    setFound({ ...now, decisions: [...others, ...made] });
  };
  /** Sends a request after those before it, so that a person needn't wait between decisions. */
  const inTurn = (request: () => Promise<void>) => {
    requests.current = requests.current.then(request).catch((error: unknown) => setTagProblem(messageOf(error)));
  };

  return {
    found,
    running: all.some((each) => each.running !== null),
    problem: tagProblem ?? problem ?? all.map((each) => each.problem).find(Boolean) ?? null,
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
          setFound({ dataset, at: Date.now(), brain_key, kind, message: String(answer.message), groups, decisions: [] });
          // nor does the App do what such an operator has it do
          if (groups.length > 0) run(() => api.show_found({ brain_key, ids: toShow(groups) }));
        }),
      );
    },
    /** Keeps another member of a group that isn't decided about. */
    keep: (number: number, member: number) => {
      const now = newest.current;
      if (!now || now.groups[number].keep === null || decisionOf(number)) return;
      const groups = now.groups.map((group, n) => (n === number ? { ...group, keep: member } : group));
      setFound({ ...now, groups });
    },
    /** Tags what is to be tagged of some groups in one request. */
    tag: (numbers: number[], tag: string) => {
      const now = newest.current;
      const open = numbers.filter((n) => !decisionOf(n));
      if (!now || open.length === 0) return;
      const { brain_key, groups } = now;
      const ids = open.flatMap((n) => toTag(groups[n]));
      setTagProblem(null);
      decide(now, open, () => ({ tag, changed: [] }));
      inTurn(() =>
        api.tag_found({ brain_key, ids, tag }).then(
          (answer) => {
            const changed = new Set(answer.changed);
            decide(now, open, (n) => ({ tag, changed: toTag(groups[n]).filter((id) => changed.has(id)) }));
          },
          (error) => {
            decide(now, open, () => null);
            throw error;
          },
        ),
      );
    },
    leave: (number: number) => {
      const now = newest.current;
      if (now && !decisionOf(number)) decide(now, [number], () => ({ tag: null, changed: [] }));
    },
    /** Takes back what was decided about a group. */
    undo: (number: number) => {
      const now = newest.current;
      if (!now) return;
      setTagProblem(null);
      inTurn(async () => {
        const decision = decisionOf(number);
        if (newest.current?.at !== now.at || !decision) return;
        const { tag, changed: ids } = decision;
        if (tag !== null && ids.length > 0) await api.tag_found({ brain_key: now.brain_key, ids, tag, remove: true });
        decide(now, [number], () => null);
      });
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
