import { useState } from "react";
import { useApi } from "../api/client";
import type { FoundItem } from "../api/contract";
import { useDebouncedAnswer } from "../hooks/useDebouncedAnswer";
import { keyOf, type Group, type Member } from "./groups";

type Items = Map<string, FoundItem | null>;

const NONE: string[] = [];

/** The images of groups' members by their key, asked for as groups are shown; null for one that was deleted. */
export function useFoundItems(brain_key: string, groups: Group[], deleted = NONE): Items {
  const members = groups.flatMap((group) => group.members);
  const other = members.find((member) => member.other)?.other;
  const ours = useItems(members.filter((member) => !member.other), { brain_key });
  const theirs = useItems(
    members.filter((member) => member.other),
    { brain_key: other?.brain_key ?? "", other_dataset: other?.dataset },
  );
  return new Map([...ours, ...deleted.map((id) => [id, null] as const), ...theirs]);
}

function useItems(members: Member[], index: { brain_key: string; other_dataset?: string }): Items {
  const api = useApi();
  const [known, setKnown] = useState<Items>(new Map());
  const unknown = members.filter((member) => !known.has(keyOf(member)));
  const missing = new Map(unknown.map((member) => [keyOf(member), member]));
  const ids = [...missing.values()].map(({ id }) => id);
  const sample_ids = [...new Set([...missing.values()].map(({ sample_id }) => sample_id))];
  const answer = useDebouncedAnswer(
    ids.length > 0 ? `${index.brain_key} ${ids.join()}` : null,
    () => api.found_items({ ids, sample_ids, ...index }),
    0,
  );
  if (answer) {
    const found = new Map(answer.items.map((item) => [item.id, item]));
    setKnown(new Map([...known, ...[...missing].map(([key, { id }]) => [key, found.get(id) ?? null] as const)]));
  }
  return known;
}
