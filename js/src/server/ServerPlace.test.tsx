import { waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { DatasetPanel } from "../DatasetPanel";
import { details, form, overview, server } from "../test/data";
import { execute, notify } from "../test/fiftyone";
import { absent, answer, at, callsOf, go, show } from "../test/panel";

const PLUGIN = "@milvus/vector-search";
const orphan = {
  name: "left_over",
  state: "orphan",
  rows: 5,
  size_bytes: 100,
  allowed: true,
  why: "Its index is gone",
  name_needed: false,
};
const plan = { candidates: [orphan], left: [], dropped: [], dry_run: true, message: "Dropped 1." };

async function place(answers: object = {}) {
  answer({ overview, server_details: details, ...answers });
  const shown = show(<DatasetPanel dataset="animals" />);
  await waitFor(() => expect(absent("milvus-loading")).toBe(true));
  await go(shown.user, "server");
  return shown;
}

const button = () => at<HTMLButtonElement>("milvus-confirm-button");
const asked = () => execute.mock.calls.map(([params]) => params);

test("one request tells what it can, what is in it, and what is set", async () => {
  await place();
  await waitFor(() => at("milvus-collection-pictures_1"));
  const facts = at("milvus-facts").textContent;
  for (const part of ["Lite 3.2.2", "3.6 ms", "iterators", "HNSW"]) expect(facts).toContain(part);
  expect(at("milvus-collection-pictures_1").textContent).toContain(
    "1,538 rows · about 3.1 MB · 512 long, cosine, HNSW · ",
  );
  expect(at("milvus-set").textContent).toBe("Set now: MILVUS_TOKEN (environment).");
  expect(callsOf("server_details")).toHaveLength(1);
});

test("orphans are dropped after their plan was shown", async () => {
  execute.mockImplementation((_, { callback }) => callback({ result: plan }));
  const { user } = await place();
  await waitFor(() => at("milvus-orphans"));
  await user.click(at("milvus-orphans"));
  await waitFor(() => expect(at("milvus-plan").textContent).toContain("left_over"));
  expect(asked()).toEqual([
    { uri: `${PLUGIN}/cleanup_collections`, orphans: true, include_gone_datasets: false, dry_run: true },
  ]);
  await user.click(button());
  expect(asked()[1]).toMatchObject({ orphans: true, dry_run: false, typed: [] });
  await waitFor(() => expect(notify).toHaveBeenCalledWith({ msg: "Dropped 1.", variant: "success" }));
  expect(callsOf("server_details")).toHaveLength(2);
});

test("what nobody here made is dropped only by its name typed out", async () => {
  const foreign = { ...orphan, allowed: false, name_needed: true };
  execute.mockImplementation((_, { callback }) => callback({ result: { ...plan, candidates: [foreign] } }));
  const { user } = await place();
  await waitFor(() => at("milvus-actions-left_over"));
  await user.click(at("milvus-actions-left_over"));
  await user.click(at("milvus-drop-left_over"));
  await waitFor(() => at("milvus-typed"));
  expect(button().disabled).toBe(true);
  await user.type(at("milvus-typed"), "left_over{Enter}");
  expect(asked()[1]).toMatchObject({ names: ["left_over"], typed: ["left_over"], dry_run: false });
});

test("a collection is compared, and then adopted by a name", async () => {
  execute.mockImplementation((params, { callback }) =>
    callback({
      result: (params as { dry_run: boolean }).dry_run
        ? { dry_run: true, fits: true, problem: null, ownership_problem: "Not yours", message: "5 of 5 ids" }
        : { dry_run: false, brain_key: "milvus", message: "It is an index." },
    }),
  );
  const { user } = await place({ form });
  await waitFor(() => at("milvus-actions-left_over"));
  await user.click(at("milvus-actions-left_over"));
  await user.click(at("milvus-adopt-left_over"));
  await waitFor(() => at("milvus-adopt-field"));
  await user.click(button());
  expect(at("milvus-plan").textContent).toContain("5 of 5 ids");
  expect(absent("milvus-adopt-own")).toBe(true);
  await user.click(button());
  expect(asked()).toEqual([
    { uri: `${PLUGIN}/adopt_collection`, collection_name: "left_over", dry_run: true },
    {
      uri: `${PLUGIN}/adopt_collection`,
      collection_name: "left_over",
      brain_key: "milvus",
      take_ownership: false,
      dry_run: false,
    },
  ]);
  await waitFor(() => expect(notify).toHaveBeenCalledWith({ msg: "It is an index.", variant: "success" }));
});

test("the embedded one is stopped after a question, and nothing starts it again", async () => {
  const stopped = { ...details, server: null, embedded: { ...details.embedded, running: false } };
  const { user } = await place({ stop_embedded: {}, start_embedded: {} });
  await waitFor(() => at("milvus-stop"));
  await user.click(at("milvus-stop"));
  answer({ overview, server_details: stopped, stop_embedded: {}, start_embedded: {} });
  await user.click(button());
  await waitFor(() => at("milvus-start"));
  expect(at("milvus-facts").textContent).toContain("Stopped");
  expect(callsOf("overview")).toHaveLength(1);
  expect(absent("milvus-down")).toBe(true);
  answer({ overview: { ...overview }, server_details: details, start_embedded: {} });
  await user.click(at("milvus-start"));
  await waitFor(() => at("milvus-stop"));
  expect(callsOf("overview")).toHaveLength(2);
});

test("a server that is down says what failed, how to mend it, and when it is tried again", async () => {
  const away = { ...server, kind: "server" as const, reachable: false, problem: "Nothing listens at db:19530." };
  const down = { ...details, server: away, embedded: null, collections: null, problem: away.problem };
  const { user } = await place({ overview: { ...overview, server: away }, server_details: down });
  expect(at("milvus-down").textContent).toContain("Nothing listens");
  expect(at("milvus-down").textContent).toContain("It is tried again in");
  answer({ overview, server_details: details });
  await user.click(at("milvus-retry-now"));
  await waitFor(() => expect(absent("milvus-down")).toBe(true));
});

test("each kind of Milvus has what to set, and its documentation", async () => {
  const { user } = await place();
  await user.selectOptions(at("milvus-kind"), "Zilliz Cloud");
  expect(at("milvus-lines").textContent).toContain("MILVUS_TOKEN=<API key>");
  expect(document.querySelector<HTMLAnchorElement>("a")?.href).toContain("docs.zilliz.com");
});
