import { useRef, useState } from "react";
import { useApi } from "../api/client";
import type { Decide, FindOperators, FindResult, Job } from "../api/contract";
import { messageOf } from "../api/errors";
import { useCall } from "../api/useCall";
import { usePanelState } from "../hooks/appState";
import { useDeletions } from "../hooks/useDeletions";
import { isActive } from "../jobs/jobState";
import { GROUPS, KINDS, toShow, toTag, type Decision, type Group, type Kind } from "./groups";
import { useFinders } from "./useFinders";

/** What was found, and what was decided of it. */
export interface Found {
  dataset: string;
  /** by which it is known */
  id: string;
  brain_key: string;
  kind: Kind;
  /** they are patches, not samples */
  patches: boolean;
  message: string;
  groups: Group[];
  /** the distances to the nearest, the largest first, where these are what was looked for */
  spread: number[];
  /** by group, in the order in which they were made */
  decisions: [number, Decision][];
  /** the ids of what was deleted of it in this window */
  deleted: string[];
}

/** Finds problems, and decides about them. What was found is kept by Python for a day. */
export function useFind(dataset: string, onEnd: () => void) {
  const api = useApi();
  const [kept, setKept] = usePanelState<Found | null>("milvus_found", null);
  const found = kept?.dataset === dataset ? kept : null;
  const newest = useRef(found);
  const requests = useRef(Promise.resolve());
  const finders = useFinders(onEnd);
  const { run, busy, problem } = useCall();
  const [decideProblem, setDecideProblem] = useState<string | null>(null);
  const [deletions, setDeletions] = useDeletions();

  const setFound = (next: Found) => {
    newest.current = next;
    setKept(next);
  };
  const receive = (answer: FindResult): Found | null => {
    const received = foundOf(dataset, answer);
    if (received) setFound(received);
    return received;
  };
  const decisionOf = (number: number) => newest.current?.decisions.find(([n]) => n === number)?.[1];
  /** Sets what is decided about some groups of what was found. */
  const settle = ({ id }: Found, numbers: number[], decisions: [number, Decision][]) => {
    const now = newest.current;
    if (now?.id !== id) return;
    const others = now.decisions.filter(([n]) => !numbers.includes(n));
    setFound({ ...now, decisions: [...others, ...decisions] });
  };
  /** Sends a request after those before it, so that a person needn't wait between decisions. */
  const inTurn = (request: () => Promise<void>) => {
    requests.current = requests.current.then(request).catch((error: unknown) => setDecideProblem(messageOf(error)));
  };
  const send = async (of: Found, numbers: number[], action: Decide["action"], tag?: string) => {
    const { id, kind, groups } = of;
    const keeps = numbers.flatMap((n) => groups[n].keep ?? []);
    const answer = await api.decide_found({
      operator: kind,
      found_id: id,
      action,
      groups: numbers,
      keeps,
      ...(tag !== undefined && { tag }),
    });
    settle(of, numbers, answer.decisions.map(({ group, ...decision }) => [group, decision]));
  };
  /** Decides about those groups of some that nothing is decided about yet; it is shown before it is done. */
  const decide = (numbers: number[], action: Exclude<Decide["action"], "undo">, decision: (group: Group) => Partial<Decision>) => {
    const now = newest.current;
    const open = numbers.filter((n) => !decisionOf(n));
    if (!now || open.length === 0) return;
    setDecideProblem(null);
    const made = open.map((n): [number, Decision] => {
      const group = now.groups[n];
      return [n, { ...UNDECIDED, keep: group.keep, ...decision(group) }];
    });
    settle(now, open, made);
    inTurn(() =>
      send(now, open, action, action === "tag" ? (made[0][1].tag ?? undefined) : undefined).catch((error) => {
        settle(now, open, []);
        throw error;
      }),
    );
  };

  return {
    found,
    running: finders.running,
    problem: decideProblem ?? problem ?? finders.problem,
    busy,
    /** the job of what is being found, of those that there are */
    job: (jobs: Job[]) => jobs.find((job) => isActive(job) && KINDS.includes(job.operator as Kind)),
    /** Shows again what was found last, after a reload or in another window. */
    restore: (onRestored: (kind: Kind) => void) =>
      run(() => api.find_result({}), (answer) => {
        const restored = newest.current ? null : receive(answer);
        if (restored) onRestored(restored.kind);
      }),
    find: <Name extends Kind>(kind: Name, params: FindOperators[Name]["takes"]) =>
      finders.run(kind, params, () =>
        run(() => api.find_result({ operator: kind }), (answer) => {
          const received = receive(answer);
          if (!received) return; // it was cancelled
          const { brain_key, groups } = received;
          // nor does the App do what such an operator has it do
          if (groups.length > 0) run(() => api.show_found({ brain_key, ids: toShow(groups) }));
        }),
      ),
    /** Keeps another member of a group that isn't decided about. */
    keep: (number: number, member: number) => {
      const now = newest.current;
      if (!now || now.groups[number].keep === null || decisionOf(number)) return;
      const groups = now.groups.map((group, n) => (n === number ? { ...group, keep: member } : group));
      setFound({ ...now, groups });
    },
    /** Tags what is to be tagged of some groups in one request. */
    tag: (numbers: number[], tag: string) => decide(numbers, "tag", () => ({ tag })),
    /** Corrects the label of an outlier, as its neighbors suggest. */
    relabel: (number: number) => {
      if (newest.current?.groups[number].suggested === undefined) return;
      decide([number], "relabel", ({ suggested }) => ({ label: suggested }));
    },
    /** Marks for deletion what is to be tagged of a group. */
    mark: (number: number) => decide([number], "mark", () => ({ tag: DELETION_TAG, deletion: true })),
    leave: (number: number) => decide([number], "leave", () => ({})),
    /** Takes back what was decided about a group. */
    undo: (number: number) => {
      const now = newest.current;
      if (!now) return;
      setDecideProblem(null);
      inTurn(async () => {
        if (newest.current?.id === now.id && decisionOf(number)) await send(now, [number], "undo");
      });
    },
    /** Ends when all decisions are stored. */
    stored: () => requests.current,
    /** Notes what was deleted of what was found. */
    noteDeleted: (ids: string[]) => {
      const now = newest.current;
      if (!now) return;
      const gone = new Set(ids);
      const decisions = now.decisions.map(([n, one]): [number, Decision] => {
        const count = one.deletion ? toTag(now.groups[n]).filter((id) => gone.has(id)).length : 0;
        return [n, { ...one, deleted: one.deleted + count }];
      });
      setFound({ ...now, decisions, deleted: [...now.deleted, ...ids] });
      setDeletions(deletions + 1);
      onEnd();
    },
    showIds: (ids: string[]) => found && run(() => api.show_found({ brain_key: found.brain_key, ids })),
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

const UNDECIDED: Decision = { tag: null, label: null, keep: null, changed: 0, deletion: false, deleted: 0 };
/** The tag of what is marked for deletion (`app/reviews.py`). */
const DELETION_TAG = "delete";

/** What Python answers as it is shown; null if nothing was found. */
function foundOf(dataset: string, { operator, found, decisions }: FindResult): Found | null {
  if (!found) return null;
  const kind = operator as Kind;
  const groups = (GROUPS[kind] as unknown as (answer: object) => Group[])(found);
  const kept = new Map(decisions.map(({ group, keep }) => [group, keep]));
  return {
    dataset,
    id: String(found.found_id),
    brain_key: String(found.brain_key),
    kind,
    patches: found.patches_field !== null,
    message: String(found.message),
    spread: kind === "find_unique" ? (found.dists as number[]) : [],
    groups: groups.map((group, n) => ({ ...group, keep: kept.get(n) ?? group.keep })),
    decisions: decisions.map(({ group, ...decision }) => [group, decision]),
    deleted: [],
  };
}
