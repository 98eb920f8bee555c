import { waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { coverage, index } from "../test/data";
import { execute, notify } from "../test/fiftyone";
import { absent, answer, at, callsOf, show } from "../test/panel";
import type { Index, Job } from "../shared/api";
import { Indexes } from "./Indexes";
import { useWork } from "./useWork";

const PLAN = { message: "Drops pictures_1 with 1,538 vectors." };
const PLUGIN = "@milvus/vector-search";

interface Props {
  indexes?: Index[];
  jobs?: Job[];
  onNew: () => void;
  onChanged: () => void;
}

function WithWork({ indexes = [index], jobs = [], ...on }: Props) {
  const work = useWork(on.onChanged);
  return <Indexes canDelegate making={false} {...{ indexes, jobs, work }} {...on} />;
}

function indexes(props = {}) {
  const on = { onNew: vi.fn(), onChanged: vi.fn() };
  return { ...on, ...show(<WithWork {...on} {...props} />) };
}

/** Opens a dialog from the card's menu. */
async function choose(user: ReturnType<typeof indexes>["user"], action: string) {
  await user.click(at("milvus-actions-pictures"));
  await user.click(at(`milvus-${action}-pictures`));
}

const button = () => at<HTMLButtonElement>("milvus-confirm-button");

test("without an index one button teaches and opens the form", async () => {
  const { user, onNew } = indexes({ indexes: [] });
  expect(at("milvus-empty").textContent).toContain("No index yet");
  await user.click(at("milvus-new-index"));
  expect(onNew).toHaveBeenCalled();
});

test("the dialog shows the plan before anything is dropped", async () => {
  answer({ cleanup_plan: PLAN });
  const { user } = indexes();
  await choose(user, "cleanup");
  await waitFor(() => expect(at("milvus-confirm").textContent).toContain(PLAN.message));
  expect(callsOf("cleanup_plan")).toEqual([{ brain_key: "pictures" }]);
  await user.click(at("milvus-confirm-cancel"));
  await waitFor(() => expect(absent("milvus-confirm")).toBe(true));
  expect(callsOf("cleanup")).toHaveLength(0);
});

test("nothing can be confirmed before the plan is known", async () => {
  answer({ cleanup_plan: () => new Promise(() => undefined) });
  const { user } = indexes();
  await choose(user, "cleanup");
  expect(button().disabled).toBe(true);
});

test("confirming cleans up, tells, and fetches again", async () => {
  let finish: (value: unknown) => void = () => undefined;
  answer({ cleanup_plan: PLAN, cleanup: () => new Promise((resolve) => (finish = resolve)) });
  const { user, onChanged } = indexes();
  await choose(user, "cleanup");
  await waitFor(() => expect(button().disabled).toBe(false));
  await user.click(button());
  expect(button().disabled).toBe(true);
  expect(at<HTMLButtonElement>("milvus-confirm-cancel").disabled).toBe(true);
  finish({ message: "Dropped." });
  await waitFor(() => expect(absent("milvus-confirm")).toBe(true));
  expect(callsOf("cleanup")).toEqual([{ brain_key: "pictures" }]);
  expect(notify).toHaveBeenCalledWith({ msg: "Dropped.", variant: "success" });
  expect(onChanged).toHaveBeenCalled();
});

test("a failed clean-up is shown in the dialog, which stays", async () => {
  answer({ cleanup_plan: PLAN, cleanup: { error: { code: "foreign", message: "Not yours." } } });
  const { user, onChanged } = indexes();
  await choose(user, "cleanup");
  await waitFor(() => expect(button().disabled).toBe(false));
  await user.click(button());
  await waitFor(() => expect(at("milvus-confirm").textContent).toContain("Not yours."));
  expect(button().disabled).toBe(false);
  expect(onChanged).not.toHaveBeenCalled();
});

test("a plan that can't be made can be asked for again", async () => {
  answer({ cleanup_plan: { error: { code: "no_server", message: "Milvus is away." } } });
  const { user } = indexes();
  await choose(user, "cleanup");
  await waitFor(() => expect(at("milvus-confirm").textContent).toContain("Milvus is away."));
  expect(button().disabled).toBe(true);
  answer({ cleanup_plan: PLAN });
  await user.click(at("milvus-retry"));
  await waitFor(() => expect(button().disabled).toBe(false));
});

const operators = () => execute.mock.calls.map(([params]) => (params as { uri: string }).uri);
const succeed = (answer: object = { result: {} }) =>
  execute.mockImplementation((_, { callback }) => callback(answer));

test("Sync compares first, says what it would do, and does it when confirmed", async () => {
  succeed();
  const { user, onChanged } = indexes({ indexes: [{ ...index, coverage }] });
  await user.click(at("milvus-sync-pictures"));
  expect(operators()).toEqual([`${PLUGIN}/index_health`]);
  expect(at("milvus-plan").textContent).toBe("Sync would embed 30 missing and embed 8 stale again.");
  await user.click(at("milvus-delegate"));
  await user.click(button());
  expect(operators()).toEqual([`${PLUGIN}/index_health`, `${PLUGIN}/sync_index`]);
  expect(execute.mock.calls[1][1].requestDelegation).toBe(true);
  await waitFor(() => expect(absent("milvus-confirm")).toBe(true));
  expect(onChanged).toHaveBeenCalledTimes(2);
});

test("an index that is true needs no sync", async () => {
  succeed();
  const { user } = indexes({ indexes: [{ ...index, coverage: { ...coverage, missing: 0, stale: 0 } }] });
  await user.click(at("milvus-sync-pictures"));
  expect(at("milvus-plan").textContent).toContain("Nothing to do");
  expect(button().disabled).toBe(true);
});

test("a comparison that fails is told in the dialog, and can be had again", async () => {
  succeed({ errorMessage: "Milvus is gone." });
  const { user } = indexes();
  await user.click(at("milvus-sync-pictures"));
  expect(at("milvus-confirm").textContent).toContain("Milvus is gone.");
  await user.click(at("milvus-retry"));
  expect(operators()).toEqual([`${PLUGIN}/index_health`, `${PLUGIN}/index_health`]);
});

test("Resume goes on without asking", async () => {
  succeed({ errorMessage: "Milvus is gone." });
  const { user } = indexes({ indexes: [{ ...index, partial: true }] });
  await user.click(at("milvus-sync-pictures"));
  expect(operators()).toEqual([`${PLUGIN}/sync_index`]);
  expect(at("milvus-problem").textContent).toContain("Milvus is gone.");
});

test("Rename refuses a taken name as it is typed, and renames by the operator", async () => {
  succeed({ result: { message: "Renamed." } });
  const { user, onChanged } = indexes({ indexes: [index, { ...index, brain_key: "words" }] });
  await choose(user, "rename");
  await user.clear(at("milvus-new-key"));
  await user.type(at("milvus-new-key"), "words");
  expect(button().disabled).toBe(true);
  await user.type(at("milvus-new-key"), "_2{Enter}");
  expect(execute.mock.calls[0][0]).toEqual({
    uri: `${PLUGIN}/rename_index`,
    brain_key: "pictures",
    new_brain_key: "words_2",
  });
  await waitFor(() => expect(notify).toHaveBeenCalledWith({ msg: "Renamed.", variant: "success" }));
  expect(onChanged).toHaveBeenCalledTimes(1);
});

test("Move says what it will do, and takes no password", async () => {
  succeed();
  const { user } = indexes();
  await choose(user, "move");
  await user.type(at("milvus-move-uri"), "http://root:pw@db");
  expect(button().disabled).toBe(true);
  await user.clear(at("milvus-move-uri"));
  await user.type(at("milvus-move-uri"), "http://db:19530");
  expect(at("milvus-plan").textContent).toContain("Its 1,538 vectors will be copied to http://db:19530");
  await user.click(button());
  expect(execute.mock.calls[0][0]).toMatchObject({
    uri: "http://db:19530",
    brain_key: "pictures",
    panel_id: "panel-1",
  });
});

test("Export writes the file that is named; a failure keeps what was typed", async () => {
  succeed({ errorMessage: "No such folder." });
  const { user } = indexes();
  await choose(user, "export");
  await user.type(at("milvus-export-path"), "/data/x.parquet");
  await user.click(at("milvus-export-overwrite"));
  await user.click(button());
  expect(execute.mock.calls[0][0]).toMatchObject({
    uri: `${PLUGIN}/export_index`,
    path: "/data/x.parquet",
    overwrite: true,
  });
  expect(at("milvus-confirm").textContent).toContain("No such folder.");
  expect(at<HTMLInputElement>("milvus-export-path").value).toBe("/data/x.parquet");
});

test("an exported index can be imported where there is none", async () => {
  succeed();
  const { user } = indexes({ indexes: [] });
  await user.click(at("milvus-import"));
  await user.type(at("milvus-import-path"), "/data/x.parquet{Enter}");
  expect(execute.mock.calls[0][0]).toMatchObject({
    uri: `${PLUGIN}/import_index`,
    brain_key: "imported",
    path: "/data/x.parquet",
  });
});

test("many indexes are looked for by name, without asking anybody", async () => {
  const many = Array.from({ length: 12 }, (_, n) => ({ ...index, brain_key: `index_${n}` }));
  const { user } = indexes({ indexes: many });
  await user.type(at("milvus-find-index"), "_11");
  at("milvus-index-index_11");
  expect(absent("milvus-index-index_1")).toBe(true);
});
