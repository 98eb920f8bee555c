import type { FoundDecision, FoundDuplicates, FoundDuplicatesInDataset, FoundLeaks, FoundOutliers, FoundUnique } from "../api/contract";
import { score } from "../ui/format";
import { strings } from "./strings";

export const KINDS = [
  "find_duplicates",
  "find_leaks",
  "find_label_outliers",
  "find_unique",
  "find_duplicates_in_dataset",
] as const;
export type Kind = (typeof KINDS)[number];

/** What was decided of a group; nothing but `keep` if it was left as it is. */
export type Decision = Omit<FoundDecision, "group">;

export interface Member {
  id: string;
  sample_id: string;
  /** what is known of it, in a word or two */
  note: string;
  /** the dataset and the index that it is in, if those are others */
  other?: Other;
}

/** An index of another dataset. */
export interface Other {
  dataset: string;
  brain_key: string;
}

/** What tells a member from all others: ids of a cloned dataset are those of its source. */
export const keyOf = ({ id, other }: Member) => (other ? `${other.dataset}/${id}` : id);

/** Samples or patches that are reviewed together. */
export interface Group {
  title: string;
  members: Member[];
  /** the one that is kept, which a person may change; null if that isn't the question */
  keep: number | null;
  /** what is tagged, where none is kept, by position */
  suspects: number[];
  /** the label that the first of them should perhaps have */
  suggested?: string;
}

/** The members of a group that its tag is for. */
export function toTag({ members, keep, suspects }: Group): string[] {
  return (keep === null ? suspects.map((n) => members[n]) : members.filter((_, n) => n !== keep)).map(({ id }) => id);
}

/** What is marked for deletion, without what another decision keeps and what was deleted. */
export function markedIn(groups: Group[], decisions: [number, Decision][], deleted: string[]): string[] {
  const all = decisions.map(([n, one]) => {
    const others = one.tag === null ? [] : toTag(groups[n]);
    const kept = toShow([groups[n]]).filter((id) => !others.includes(id));
    return { kept, marked: one.deletion ? others : [] };
  });
  const stay = new Set([...deleted, ...all.flatMap(({ kept }) => kept)]);
  return [...new Set(all.flatMap(({ marked }) => marked))].filter((id) => !stay.has(id));
}

/** What the grid shows of groups: all members, or of those that have no choice the suspects. */
export function toShow(groups: Group[]): string[] {
  const ids = groups.flatMap(({ members, keep, suspects }) =>
    (keep === null ? suspects.map((n) => members[n]) : members).map(({ id }) => id),
  );
  return [...new Set(ids)];
}

/** How many neighbors of an outlier are shown. */
const NEIGHBORS = 5;

/** The groups of what an operator found. */
export const GROUPS = {
  find_duplicates: ({ groups }: FoundDuplicates): Group[] =>
    groups.map(({ size, ids, sample_ids, dists }) => ({
      title: strings.alike(size),
      members: ids.map((id, n) => ({ id, sample_id: sample_ids[n], note: score(dists[n]) })),
      keep: 0,
      suspects: [],
    })),
  find_leaks: ({ leaks }: FoundLeaks): Group[] =>
    leaks.map(({ ids, sample_ids, splits, dist }) => ({
      title: strings.leak(splits[0], splits[1], score(dist)),
      members: ids.map((id, n) => ({ id, sample_id: sample_ids[n], note: splits[n] })),
      keep: 1,
      suspects: [],
    })),
  find_label_outliers: ({ outliers }: FoundOutliers): Group[] =>
    outliers.map(({ neighbors, ...outlier }) => ({
      title: strings.outlier(outlier.label, outlier.suggested, outlier.score),
      members: [outlier, ...neighbors.slice(0, NEIGHBORS)].map(({ id, sample_id, label }) => ({ id, sample_id, note: label })),
      keep: null,
      suspects: [0],
      suggested: outlier.suggested,
    })),
  find_unique: ({ ids, sample_ids, dists }: FoundUnique): Group[] =>
    ids.map((id, n) => ({
      title: strings.unique(score(dists[n])),
      members: [{ id, sample_id: sample_ids[n], note: score(dists[n]) }],
      keep: null,
      suspects: [0],
    })),
  find_duplicates_in_dataset: ({ matches, other_dataset, other_key }: FoundDuplicatesInDataset): Group[] => {
    const other = { dataset: other_dataset, brain_key: other_key };
    return matches.map(({ id, sample_id, other_id, other_sample_id, dist }) => ({
      title: strings.inDataset(other_dataset, score(dist)),
      members: [
        { id, sample_id, note: score(dist) },
        { id: other_id, sample_id: other_sample_id, note: other_dataset, other },
      ],
      keep: null,
      suspects: [0],
    }));
  },
} as const;
