import { waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { health, index } from "../test/data";
import { execute } from "../test/fiftyone";
import { indexes, operators, succeed } from "../test/indexes";
import { PLUGIN, absent, at, button } from "../test/panel";

test("Sync compares first, says what it would do, and does it when confirmed", async () => {
  succeed();
  const { user, onChanged } = indexes({ indexes: [{ ...index, health }] });
  await user.click(at("milvus-sync-images"));
  expect(operators()).toEqual([`${PLUGIN}/index_health`]);
  expect(at("milvus-plan").textContent).toBe("Sync would embed 30 missing and re-embed 8 stale.");
  await user.click(at("milvus-delegate"));
  await user.click(button());
  expect(operators()).toEqual([`${PLUGIN}/index_health`, `${PLUGIN}/sync_index`]);
  expect(execute.mock.calls[1][1].requestDelegation).toBe(true);
  await waitFor(() => expect(absent("milvus-confirm")).toBe(true));
  expect(onChanged).toHaveBeenCalledTimes(2);
});

test("an index that is in sync needs none", async () => {
  succeed();
  const { user } = indexes({ indexes: [{ ...index, health: { ...health, missing: 0, stale: 0 } }] });
  await user.click(at("milvus-sync-images"));
  expect(at("milvus-plan").textContent).toContain("Nothing to do");
  expect(button().disabled).toBe(true);
});

test("a comparison that fails says so in the dialog, and can be retried", async () => {
  succeed({ errorMessage: "Milvus is gone." });
  const { user } = indexes();
  await user.click(at("milvus-sync-images"));
  expect(at("milvus-confirm").textContent).toContain("Milvus is gone.");
  await user.click(at("milvus-retry"));
  expect(operators()).toEqual([`${PLUGIN}/index_health`, `${PLUGIN}/index_health`]);
});
