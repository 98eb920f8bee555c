import { waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { execute, notify } from "../test/fiftyone";
import { PLUGIN, asked, at, button, callsOf } from "../test/panel";
import { openServerTab } from "../test/server";

const orphaned = {
  name: "left_over",
  state: "orphaned",
  rows: 5,
  size_bytes: 100,
  allowed: true,
  reason: "Its index is gone",
  confirmation_needed: false,
};
const plan = { candidates: [orphaned], kept: [], deleted: [], dry_run: true, message: "Deleted 1." };

test("orphaned collections are deleted after their plan was shown", async () => {
  execute.mockImplementation((_, { callback }) => callback({ result: plan }));
  const { user } = await openServerTab();
  await waitFor(() => at("milvus-orphaned"));
  await user.click(at("milvus-orphaned"));
  await waitFor(() => expect(at("milvus-plan").textContent).toContain("left_over"));
  expect(asked()).toEqual([
    { uri: `${PLUGIN}/cleanup_collections`, orphaned: true, include_deleted_datasets: false, dry_run: true },
  ]);
  await user.click(button());
  expect(asked()[1]).toEqual({
    uri: `${PLUGIN}/cleanup_collections`,
    names: ["left_over"],
    include_deleted_datasets: false,
    confirmed_names: [],
    dry_run: false,
  });
  await waitFor(() => expect(notify).toHaveBeenCalledWith({ msg: "Deleted 1.", variant: "success" }));
  expect(callsOf("server_details")).toHaveLength(2);
});

test("an unmanaged collection is deleted only once its name is typed", async () => {
  const unmanaged = { ...orphaned, allowed: false, confirmation_needed: true };
  execute.mockImplementation((_, { callback }) => callback({ result: { ...plan, candidates: [unmanaged] } }));
  const { user } = await openServerTab();
  await waitFor(() => at("milvus-actions-left_over"));
  await user.click(at("milvus-actions-left_over"));
  await user.click(at("milvus-delete-left_over"));
  await waitFor(() => at("milvus-typed"));
  expect(button().disabled).toBe(true);
  await user.type(at("milvus-typed"), "left_over{Enter}");
  expect(asked()[1]).toMatchObject({ names: ["left_over"], confirmed_names: ["left_over"], dry_run: false });
});
