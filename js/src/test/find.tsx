import type { MutableSnapshot } from "recoil";
import { vi } from "vitest";
import { FindTab } from "../find/FindTab";
import { useFind } from "../find/useFind";
import type { Decide, Index, Job } from "../api/contract";
import { index } from "./data";
import { execute } from "./fiftyone";
import { answer, at, show } from "./panel";

export const onMakeIndex = vi.fn();
export const onEnd = vi.fn();

function WithFind({ of, jobs }: { of: Index | undefined; jobs: Job[] }) {
  return <FindTab index={of} others={[]} jobs={jobs} find={useFind("animals", onEnd)} onMakeIndex={onMakeIndex} onCopyIndex={vi.fn()} />;
}

export const options = { tags: ["train", "test"], split_fields: ["split"], label_fields: ["kind"], other_datasets: [], other_keys: [] };

/** What the images of ids are. */
export const items = ({ ids }: { ids: string[] }) => ({
  items: ids.map((id) => ({ id, filepath: `/images/${id}.jpg`, box: null, label: null, tags: [] })),
});

/** Decides as Python does. */
export const decide_found = ({ operator, action, groups, keeps, tag }: Decide) => ({
  decisions: groups
    .filter(() => action !== "undo")
    .map((group, n) => ({
      group,
      tag: action === "mark" ? "delete" : (tag ?? null),
      label: action === "relabel" ? "cat" : null,
      keep: keeps[n] ?? null,
      changed: operator === "find_duplicates" && ["tag", "mark"].includes(action) ? duplicates.groups[group].size - 1 : 1,
      deletion: action === "mark",
      deleted: 0,
    })),
});

/** The Find tab of an index. */
export async function findTab(answers: object = {}, jobs: Job[] = [], of: Index | undefined = index, initialize?: (snapshot: MutableSnapshot) => void) {
  answer({ find_options: options, found_items: items, show_found: {}, decide_found, ...answers });
  const shown = show(<WithFind of={of} jobs={jobs} />, initialize);
  await vi.waitFor(() => at("milvus-find-kind"));
  return shown;
}

/** The operator that was started last ends, and has found something; null if it was cancelled. */
export function finds(found: object | null, answers: object = {}, operator = "find_duplicates") {
  const find_result = { operator, found: found && { found_id: "f1", brain_key: "images", patches_field: null, ...found }, decisions: [] };
  answer({ find_options: options, found_items: items, show_found: {}, decide_found, find_result, ...answers });
  execute.mock.calls.at(-1)?.[1].callback({});
}

export const duplicates = {
  message: "3 near duplicates of 2 others",
  count: 2,
  groups: [
    { size: 3, ids: ["a", "b", "c"], sample_ids: ["a", "b", "c"], dists: [0, 0.01, 0.02] },
    { size: 2, ids: ["d", "e"], sample_ids: ["d", "e"], dists: [0, 0.03] },
  ],
};

export const outliers = {
  message: "1 of 9 labels disagree",
  total: 1,
  outliers: [
    {
      id: "a",
      sample_id: "a",
      label: "dog",
      suggested: "cat",
      score: 0.8,
      neighbors: [{ id: "b", sample_id: "b", label: "cat", dist: 0.1 }],
    },
  ],
};
