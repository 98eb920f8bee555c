import { act, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Decide } from "../api/contract";
import { decide_found, duplicates, finds, findTab, outliers } from "../test/find";
import { absent, at, callsOf } from "../test/panel";

const all = (name: string) => [...document.querySelectorAll<HTMLElement>(`[data-cy="${name}"]`)];
const tiles = () => [...document.querySelectorAll<HTMLElement>("[data-member]")];

const OF = { operator: "find_duplicates", found_id: "f1" };

/** Someone who has found two groups of duplicates. */
async function found(answers: object = {}) {
  const { user } = await findTab();
  await user.click(at("milvus-find"));
  await act(async () => finds(duplicates, answers));
  await waitFor(() => expect(document.querySelectorAll("img")).toHaveLength(5));
  return user;
}

test("the images are asked for once", async () => {
  await found();
  const ids = ["a", "b", "c", "d", "e"];
  expect(callsOf("found_items")).toEqual([{ brain_key: "images", ids, sample_ids: ids }]);
});

test("keys decide group by group, and what was decided is undone", async () => {
  const user = await found();
  tiles()[0].focus();
  await user.keyboard("{ArrowRight}k");
  expect(all("milvus-found-tile").map(({ dataset }) => dataset.kept)).toEqual(["false", "true", "false", "true", "false"]);
  await user.keyboard("t");
  await waitFor(() => expect(at("milvus-decision").textContent).toBe("2 tagged duplicate"));
  const tagged = { ...OF, groups: [0], keeps: [1] };
  expect(callsOf("decide_found")).toEqual([{ ...tagged, action: "tag", tag: "duplicate" }]);
  expect(document.activeElement).toBe(tiles()[3]);
  await user.keyboard("s");
  expect(at("milvus-reviewed").textContent).toContain("2 of 2 groups reviewed");
  await user.keyboard("{ArrowUp}u");
  await waitFor(() => expect(at("milvus-reviewed").textContent).toContain("1 of 2 groups reviewed"));
  expect(callsOf("decide_found").slice(1)).toEqual([
    { ...OF, action: "leave", groups: [1], keeps: [0] },
    { ...tagged, action: "undo" },
  ]);
});

test("decisions that are made before the answer to an earlier one are kept", async () => {
  const answers: (() => void)[] = [];
  const slowly = (params: Decide) => new Promise((resolve) => answers.push(() => resolve(decide_found(params))));
  const user = await found({ decide_found: slowly });
  tiles()[0].focus();
  await user.keyboard("tt");
  expect(at("milvus-reviewed").textContent).toContain("2 of 2 groups reviewed");
  expect(callsOf("decide_found")).toHaveLength(1);
  await user.keyboard("{ArrowUp}ku");
  for (const n of [0, 1, 2]) {
    await waitFor(() => expect(callsOf("decide_found")).toHaveLength(n + 1));
    await act(async () => answers[n]());
  }
  await waitFor(() => expect(at("milvus-reviewed").textContent).toContain("1 of 2 groups reviewed"));
  const of = { ...OF, keeps: [0] };
  expect(callsOf("decide_found")).toEqual([
    { ...of, action: "tag", groups: [0], tag: "duplicate" },
    { ...of, action: "tag", groups: [1], tag: "duplicate" },
    { ...of, action: "undo", groups: [0] },
  ]);
  expect(at("milvus-decision").textContent).toBe("1 tagged duplicate");
});

test("what was found last is there after a reload, with what was decided", async () => {
  const decided = { group: 0, tag: "twin", label: null, keep: 1, changed: 2, deletion: false, deleted: 0 };
  const last = { ...OF, brain_key: "others", patches_field: null, ...duplicates };
  await findTab({ find_result: { operator: "find_duplicates", found: last, decisions: [decided] } });
  await waitFor(() => expect(at("milvus-reviewed").textContent).toContain("1 of 2 groups reviewed"));
  expect(callsOf("find_result")).toEqual([{}]);
  expect(callsOf("show_found")).toEqual([]); // the grid stays
  expect(at("milvus-found").textContent).toBe("3 near duplicates of 2 others, in the index others");
  expect(at("milvus-decision").textContent).toBe("2 tagged twin");
  expect(all("milvus-found-tile")[1].dataset.kept).toBe("true");
});

test("an outlier gets the label that is suggested, and its own back", async () => {
  const { user } = await findTab();
  await user.selectOptions(at("milvus-find-kind"), "Label outliers");
  await user.click(at("milvus-find"));
  await act(async () => finds(outliers, {}, "find_label_outliers"));
  await waitFor(() => expect(at("milvus-found-relabel").textContent).toBe("Relabel as cat"));
  expect(all("milvus-found-tile")[0].textContent).toBe("dog");
  tiles()[0].focus();
  await user.keyboard("a");
  await waitFor(() => expect(at("milvus-decision").textContent).toBe("relabeled cat"));
  expect(all("milvus-found-tile")[0].textContent).toBe("cat");
  await user.click(at("milvus-found-undo"));
  await waitFor(() => expect(absent("milvus-decision")).toBe(true));
  expect(all("milvus-found-tile")[0].textContent).toBe("dog");
  const of = { operator: "find_label_outliers", found_id: "f1", groups: [0], keeps: [] };
  expect(callsOf("decide_found")).toEqual([{ ...of, action: "relabel" }, { ...of, action: "undo" }]);
});

test("near duplicates have no label to accept", async () => {
  const user = await found();
  tiles()[0].focus();
  await user.keyboard("a");
  expect(callsOf("decide_found")).toEqual([]);
  expect(absent("milvus-found-relabel")).toBe(true);
});

test("what is left is tagged in one request, and what is tagged is shown in the grid", async () => {
  const user = await found();
  await user.clear(at("milvus-found-tag"));
  expect(at<HTMLButtonElement>("milvus-tag-rest").disabled).toBe(true);
  await user.type(at("milvus-found-tag"), "twin");
  await user.click(all("milvus-found-leave")[0]);
  expect(at("milvus-tag-rest").textContent).toBe("Tag in the other 1 group");
  await user.click(at("milvus-tag-rest"));
  await waitFor(() => expect(absent("milvus-tag-rest")).toBe(true));
  expect(callsOf("decide_found").at(-1)).toEqual({ ...OF, action: "tag", groups: [1], keeps: [0], tag: "twin" });
  await user.click(at("milvus-show-tagged"));
  await user.click(at("milvus-show-found"));
  const everything = { brain_key: "images", ids: ["a", "b", "c", "d", "e"] };
  expect(callsOf("show_found")).toEqual([
    everything,
    { brain_key: "images", ids: ["e"] },
    everything,
  ]);
});

test("a failed tag decides nothing, and says why", async () => {
  const user = await found({ decide_found: { error: { code: "x", message: "Milvus went away." } } });
  await user.click(all("milvus-found-tag-group")[0]);
  await waitFor(() => expect(at("milvus-problem").textContent).toBe("Milvus went away."));
  expect(absent("milvus-decision")).toBe(true);
});
