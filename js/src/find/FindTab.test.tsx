import { act, screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { job } from "../test/data";
import { duplicates, finds, findTab, onMakeIndex, options } from "../test/find";
import { absent, asked, at, callsOf, PLUGIN, show } from "../test/panel";
import { FindTab } from "./FindTab";
import type { Find } from "./useFind";

test("what is found is listed, and the form is off meanwhile", async () => {
  const { user } = await findTab();
  await user.click(at("milvus-find"));
  expect(asked()).toEqual([
    { uri: `${PLUGIN}/find_duplicates`, brain_key: "images", scope: "dataset", thresh: 0.05, panel_id: "panel-1" },
  ]);
  expect(at<HTMLButtonElement>("milvus-find").disabled).toBe(true);
  await act(async () => finds(duplicates));
  await waitFor(() => expect(at("milvus-found").textContent).toBe(duplicates.message));
  expect(at<HTMLButtonElement>("milvus-find").disabled).toBe(false);
});

test("nothing found is said, and a cancelled run leaves what was there", async () => {
  const { user } = await findTab();
  await user.click(at("milvus-find"));
  await act(async () => finds({ ...duplicates, count: 0, groups: [] }));
  await waitFor(() => at("milvus-found-nothing"));
  await user.click(at("milvus-find"));
  await act(async () => finds(null));
  at("milvus-found-nothing");
});

test("the job that finds is shown, and others aren't", async () => {
  await findTab({}, [job, { ...job, id: "2", operator: "find_leaks", label: "Find leaks between splits" }]);
  await waitFor(() => expect(at("milvus-job").textContent).toContain("Find leaks between splits"));
  expect(document.querySelectorAll("[data-cy=milvus-job]")).toHaveLength(1);
});

test("what a person chooses stays when what was found before arrives late", async () => {
  const arrive: ((found: unknown) => void)[] = [];
  const { user } = await findTab({ find_result: () => new Promise((resolve) => arrive.push(resolve)) });
  await user.selectOptions(at("milvus-find-kind"), "Most unique");
  const found = { ...duplicates, found_id: "f1", brain_key: "images", patches_field: null };
  await act(async () => arrive[0]({ operator: "find_duplicates", found, decisions: [] }));
  await waitFor(() => expect(at("milvus-found").textContent).toBe(duplicates.message));
  expect(at<HTMLSelectElement>("milvus-find-kind").selectedOptions[0].textContent).toBe("Most unique");
});

test("without an index it leads to the form for one", async () => {
  const { user } = show(
    <FindTab index={undefined} others={[]} jobs={[]} find={null as unknown as Find} onMakeIndex={onMakeIndex} onCopyIndex={vi.fn()} />,
  );
  expect(absent("milvus-find")).toBe(true);
  await user.click(screen.getByRole("button", { name: "Create an index" }));
  expect(onMakeIndex).toHaveBeenCalledOnce();
});

test("of the most unique their spread is shown", async () => {
  const { user } = await findTab();
  await user.selectOptions(at("milvus-find-kind"), "Most unique");
  await user.click(at("milvus-find"));
  const unique = { message: "Two.", ids: ["a", "b"], sample_ids: ["a", "b"], dists: [0.5, 0.1] };
  await act(async () => finds(unique, {}, "find_unique"));
  await waitFor(() => expect(at("milvus-spread").textContent).toContain("0.100 to 0.500"));
});

test("what another dataset has too is drawn from there", async () => {
  const { user } = await findTab({ find_options: { ...options, other_datasets: ["archive"], other_keys: ["all"] } });
  await user.selectOptions(at("milvus-find-kind"), "In another dataset");
  await user.click(at("milvus-find"));
  const match = { id: "a", sample_id: "a", other_id: "a", other_sample_id: "t", dist: 0.01 };
  const found = { message: "One.", total: 1, other_dataset: "archive", other_key: "all", matches: [match] };
  await act(async () => finds(found, {}, "find_duplicates_in_dataset"));
  await waitFor(() => expect(document.querySelectorAll("img")).toHaveLength(2));
  expect(callsOf("found_items")).toEqual([
    { brain_key: "images", ids: ["a"], sample_ids: ["a"] },
    { brain_key: "all", other_dataset: "archive", ids: ["a"], sample_ids: ["t"] },
  ]);
  const [ours, theirs] = document.querySelectorAll<HTMLButtonElement>("[data-member]");
  expect([ours.disabled, theirs.disabled]).toEqual([false, true]);
});
