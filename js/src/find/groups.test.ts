import { expect, test } from "vitest";
import { duplicates } from "../test/find";
import { GROUPS, keyOf, markedIn, toShow, toTag } from "./groups";

test("of duplicates all but the one that is kept are tagged", () => {
  const [first] = GROUPS.find_duplicates(duplicates);
  expect([first.title, toTag(first), toTag({ ...first, keep: 2 })]).toEqual(["3 alike", ["b", "c"], ["a", "b"]]);
});

test("of a leak the side of the first split is tagged", () => {
  const leak = { ids: ["a", "b"], sample_ids: ["a", "b"], splits: ["train", "test"], dist: 0.01 };
  const [group] = GROUPS.find_leaks({ message: "", total: 1, leaks: [leak] });
  expect([group.title, toTag(group)]).toEqual(["train and test, distance 0.010", ["a"]]);
});

test("of an outlier it is tagged alone, and five neighbors are shown", () => {
  const neighbors = ["b", "c", "d", "e", "f", "g"].map((id) => ({ id, sample_id: id, label: "dog", dist: 0.1 }));
  const outlier = { id: "a", sample_id: "a", label: "cat", suggested: "dog", score: 0.9, neighbors };
  const [group] = GROUPS.find_label_outliers({ message: "", total: 1, outliers: [outlier] });
  expect(group.title).toBe("cat: 90% of its neighbors differ, most are dog");
  expect(group.members.map(({ note }) => note)).toEqual(["cat", "dog", "dog", "dog", "dog", "dog"]);
  expect([toTag(group), toShow([group])]).toEqual([["a"], ["a"]]);
});

test("each of the most unique is a group of its own", () => {
  const found = GROUPS.find_unique({ message: "", ids: ["a", "b"], sample_ids: ["a", "b"], dists: [0.5, 0.4] });
  expect(found.map((group) => [group.title, toTag(group)])).toEqual([
    ["0.500 from its nearest", ["a"]],
    ["0.400 from its nearest", ["b"]],
  ]);
});

test("what another dataset has too is beside its own, which alone is tagged and shown", () => {
  const match = { id: "a", sample_id: "s", other_id: "a", other_sample_id: "t", dist: 0.01 };
  const found = { message: "", total: 1, other_dataset: "archive", other_key: "all", matches: [match] };
  const groups = GROUPS.find_duplicates_in_dataset(found);
  expect(groups[0].members.map(keyOf)).toEqual(["a", "archive/a"]);
  expect([toTag(groups[0]), toShow(groups)]).toEqual([["a"], ["a"]]);
});

test("what is marked for deletion is not what another decision keeps", () => {
  const leak = (...ids: string[]) => ({
    title: "",
    members: ids.map((id) => ({ id, sample_id: id, note: "" })),
    keep: 1,
    suspects: [],
  });
  const marked = { tag: "delete", label: null, keep: 1, changed: 1, deletion: true, deleted: 0 };
  const left = { ...marked, tag: null, deletion: false };
  const groups = [leak("a", "b"), leak("b", "c"), leak("a", "d"), leak("e", "f")];
  expect(markedIn(groups, [[0, marked], [3, marked]], [])).toEqual(["a", "e"]);
  expect(markedIn(groups, [[0, marked], [1, marked]], [])).toEqual(["a"]);
  expect(markedIn(groups, [[0, marked], [2, left], [3, marked]], [])).toEqual(["e"]);
  expect(markedIn(groups, [[0, marked], [3, marked]], ["e"])).toEqual(["a"]);
});
