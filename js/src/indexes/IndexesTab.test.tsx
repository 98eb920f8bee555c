import { waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { usePanel } from "../panel/usePanel";
import { form, job, overview } from "../test/data";
import { execute } from "../test/fiftyone";
import { PLUGIN, absent, answer, asked, at, callsOf, show } from "../test/panel";
import { IndexesTab } from "./IndexesTab";

function WithPanel() {
  const panel = usePanel("animals");
  const { value, reload } = panel.overview;
  const { jobs, build, work, form, copy } = panel;
  return value && <IndexesTab dataset="animals" overview={value} indexes={value.indexes} onChanged={reload} {...{ jobs, build, work, form, copy }} />;
}

async function openTab(jobs: object[] = []) {
  answer({ overview: { ...overview, jobs }, form });
  const { user } = show(<WithPanel />);
  await waitFor(() => at("milvus-index-images"));
  return user;
}

test("what was paused goes on", async () => {
  const user = await openTab([{ ...job, state: "paused" }]);
  await user.click(at("milvus-resume"));
  expect(asked()).toMatchObject([{ uri: `${PLUGIN}/sync_index`, brain_key: "images" }]);
});

test("while one index is described or built, no other is begun", async () => {
  const user = await openTab();
  await user.click(at("milvus-new-index"));
  at("milvus-form");
  expect(absent("milvus-new-index")).toBe(true);
  await user.click(at("milvus-form-cancel"));
  at("milvus-new-index");
});

test("nor is it while one is built elsewhere", async () => {
  await openTab([job]);
  expect(absent("milvus-new-index")).toBe(true);
});

test("a build that fails says so once", async () => {
  const user = await openTab();
  await user.click(at("milvus-new-index"));
  await waitFor(() => at("milvus-brain-key"));
  const failed = { ...job, state: "failed", message: "The disk is full." };
  answer({ overview: { ...overview, jobs: [failed] }, form, jobs: { jobs: [failed] }, dismiss: {} });
  execute.mockImplementation((_, { callback }) => callback({ errorMessage: "The disk is full." }));
  await user.click(at("milvus-build"));
  await waitFor(() => expect(callsOf("dismiss")).toEqual([{ job_id: "job-1" }]));
  expect(at("milvus-problem").textContent).toContain("The disk is full.");
  expect(absent("milvus-job")).toBe(true);
});
