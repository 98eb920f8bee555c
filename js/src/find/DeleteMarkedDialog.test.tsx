import { act, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { duplicates, finds, findTab } from "../test/find";
import { execute, notify } from "../test/fiftyone";
import { PLUGIN, absent, asked, at, button, callsOf } from "../test/panel";

const plan = {
  plan_id: "p1",
  brain_key: "images",
  patches_field: null,
  ids: ["b", "c"],
  sample_ids: ["b", "c"],
  message: "Deletes 2 samples.",
};
const DELETE = { uri: `${PLUGIN}/delete_marked`, operator: "find_duplicates" };
const deletions = () => asked().filter(({ uri }) => uri === DELETE.uri);
const tiles = () => [...document.querySelectorAll<HTMLElement>("[data-cy=milvus-found-tile]")].map(({ dataset }) => dataset.id);

/** Someone who has marked the others of the first group, and asks to delete them. */
async function asksToDelete(result: object) {
  const { user } = await findTab();
  await user.click(at("milvus-find"));
  await act(async () => finds(duplicates));
  await waitFor(() => expect(document.querySelectorAll("img")).toHaveLength(5));
  execute.mockImplementation((_, { callback }) => callback(result));
  document.querySelector<HTMLElement>("[data-member]")?.focus();
  await user.keyboard("d");
  await waitFor(() => expect(at("milvus-decision").textContent).toBe("2 marked for deletion"));
  expect(at("milvus-delete-marked").textContent).toBe("Delete 2 samples…");
  await user.click(at("milvus-delete-marked"));
  return user;
}

test("what is marked is shown, and deleted once that is confirmed", async () => {
  const user = await asksToDelete({ result: plan });
  await waitFor(() => expect(document.querySelectorAll("[data-cy=milvus-to-delete] img")).toHaveLength(2));
  expect(at("milvus-plan").textContent).toBe("Deletes 2 samples.");
  expect(button().disabled).toBe(true);
  expect(deletions()).toEqual([{ ...DELETE, dry_run: true }]);
  await user.click(at("milvus-confirm-deletion"));
  await user.click(button());
  expect(deletions()[1]).toEqual({ ...DELETE, dry_run: false, plan_id: "p1" });
  await waitFor(() => expect(notify).toHaveBeenCalledWith({ msg: "Deletes 2 samples.", variant: "success" }));
  expect(at("milvus-decision").textContent).toBe("2 deleted");
  expect(tiles()).toEqual(["a", "d", "e"]);
  expect(absent("milvus-delete-marked")).toBe(true);
});

test("it is shown in the grid, and nothing is deleted", async () => {
  const user = await asksToDelete({ result: plan });
  await waitFor(() => at("milvus-show-marked"));
  await user.click(at("milvus-show-marked"));
  expect(callsOf("show_found").at(-1)).toEqual({ brain_key: "images", ids: ["b", "c"] });
  expect(deletions()).toHaveLength(1);
});

test("why it can't be deleted is said", async () => {
  const result = { error: { code: "invalid", message: "Something else was found." } };
  await asksToDelete({ result });
  await waitFor(() => expect(at("milvus-problem").textContent).toContain("Something else was found."));
  expect(button().disabled).toBe(true);
});
