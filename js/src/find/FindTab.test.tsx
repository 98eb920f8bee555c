import { act, screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { job } from "../test/data";
import { duplicates, finds, findTab, onMakeIndex } from "../test/find";
import { absent, asked, at, PLUGIN, show } from "../test/panel";
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

test("without an index it leads to the form for one", async () => {
  const { user } = show(
    <FindTab index={undefined} others={[]} jobs={[]} find={null as unknown as Find} onMakeIndex={onMakeIndex} />,
  );
  expect(absent("milvus-find")).toBe(true);
  await user.click(screen.getByRole("button", { name: "Create an index" }));
  expect(onMakeIndex).toHaveBeenCalledOnce();
});
