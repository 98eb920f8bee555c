import { waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { execute, notify } from "../test/fiftyone";
import { PLUGIN, asked, at, button, callsOf } from "../test/panel";
import { openServerTab } from "../test/server";

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

test("orphans are dropped after their plan was shown", async () => {
  execute.mockImplementation((_, { callback }) => callback({ result: plan }));
  const { user } = await openServerTab();
  await waitFor(() => at("milvus-orphaned"));
  await user.click(at("milvus-orphaned"));
  await waitFor(() => expect(at("milvus-plan").textContent).toContain("left_over"));
  expect(asked()).toEqual([
    { uri: `${PLUGIN}/cleanup_collections`, orphans: true, include_gone_datasets: false, dry_run: true },
  ]);
  await user.click(button());
  expect(asked()[1]).toEqual({
    uri: `${PLUGIN}/cleanup_collections`,
    names: ["left_over"],
    include_gone_datasets: false,
    typed: [],
    dry_run: false,
  });
  await waitFor(() => expect(notify).toHaveBeenCalledWith({ msg: "Dropped 1.", variant: "success" }));
  expect(callsOf("server_details")).toHaveLength(2);
});

test("what nobody here made is dropped only by its name typed out", async () => {
  const foreign = { ...orphan, allowed: false, name_needed: true };
  execute.mockImplementation((_, { callback }) => callback({ result: { ...plan, candidates: [foreign] } }));
  const { user } = await openServerTab();
  await waitFor(() => at("milvus-actions-left_over"));
  await user.click(at("milvus-actions-left_over"));
  await user.click(at("milvus-delete-left_over"));
  await waitFor(() => at("milvus-typed"));
  expect(button().disabled).toBe(true);
  await user.type(at("milvus-typed"), "left_over{Enter}");
  expect(asked()[1]).toMatchObject({ names: ["left_over"], typed: ["left_over"], dry_run: false });
});
