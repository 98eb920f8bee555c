import { waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { form } from "../test/data";
import { execute, notify } from "../test/fiftyone";
import { PLUGIN, absent, asked, at, button } from "../test/panel";
import { openServerTab } from "../test/server";

test("a collection is compared, and then adopted by a name", async () => {
  execute.mockImplementation((params, { callback }) =>
    callback({
      result: (params as { dry_run: boolean }).dry_run
        ? { dry_run: true, fits: true, problem: null, ownership_problem: "Not yours", message: "5 of 5 ids" }
        : { dry_run: false, brain_key: "milvus", message: "It is an index." },
    }),
  );
  const { user } = await openServerTab({ form });
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
