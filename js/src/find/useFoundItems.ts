import { useState } from "react";
import { useApi } from "../api/client";
import type { FoundItem } from "../api/contract";
import { useDebouncedAnswer } from "../hooks/useDebouncedAnswer";
import type { Group } from "./groups";

/** The images of groups' members by id, asked for as groups are shown; null for one that was deleted. */
export function useFoundItems(brain_key: string, groups: Group[]): Map<string, FoundItem | null> {
  const api = useApi();
  const [known, setKnown] = useState(new Map<string, FoundItem | null>());
  const missing = groups.flatMap(({ members }) => members).filter(({ id }) => !known.has(id));
  const ids = [...new Set(missing.map(({ id }) => id))];
  const sample_ids = [...new Set(missing.map(({ sample_id }) => sample_id))];
  const answer = useDebouncedAnswer(
    ids.length > 0 ? `${brain_key} ${ids.join()}` : null,
    () => api.found_items({ brain_key, ids, sample_ids }),
    0,
  );
  if (answer) {
    const found = new Map(answer.items.map((item) => [item.id, item]));
    setKnown(new Map([...known, ...ids.map((id) => [id, found.get(id) ?? null] as const)]));
  }
  return known;
}
