import { act, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { duplicates, finds, findTab } from "../test/find";
import { absent, at, callsOf } from "../test/panel";

const all = (name: string) => [...document.querySelectorAll<HTMLElement>(`[data-cy="${name}"]`)];
const tiles = () => [...document.querySelectorAll<HTMLElement>("[data-member]")];

/** Someone who has found two groups of duplicates. */
async function found(answers: object = {}) {
  const tag_found = ({ ids }: { ids: string[] }) => ({ message: "Done.", changed: ids });
  const { user } = await findTab();
  await user.click(at("milvus-find"));
  await act(async () => finds(duplicates, { tag_found, ...answers }));
  await waitFor(() => expect(document.querySelectorAll("img")).toHaveLength(5));
  return user;
}

test("the images are asked for once", async () => {
  await found();
  const ids = ["a", "b", "c", "d", "e"];
  expect(callsOf("found_items")).toEqual([{ brain_key: "images", ids, sample_ids: ids }]);
});

test("keys decide group by group, and what was decided is undone", async () => {
  const user = await found();
  tiles()[0].focus();
  await user.keyboard("{ArrowRight}k");
  expect(all("milvus-found-tile").map(({ dataset }) => dataset.kept)).toEqual(["false", "true", "false", "true", "false"]);
  await user.keyboard("t");
  await waitFor(() => expect(at("milvus-decision").textContent).toBe("2 tagged duplicate"));
  expect(callsOf("tag_found")).toEqual([{ brain_key: "images", ids: ["a", "c"], tag: "duplicate" }]);
  expect(document.activeElement).toBe(tiles()[3]);
  await user.keyboard("s");
  expect(at("milvus-reviewed").textContent).toContain("2 of 2 groups reviewed");
  await user.keyboard("{ArrowUp}u");
  await waitFor(() => expect(at("milvus-reviewed").textContent).toContain("1 of 2 groups reviewed"));
  expect(callsOf("tag_found")[1]).toEqual({ brain_key: "images", ids: ["a", "c"], tag: "duplicate", remove: true });
});

test("decisions that are made before the answer to an earlier one are kept", async () => {
  const answers: (() => void)[] = [];
  const tag_found = ({ ids }: { ids: string[] }) =>
    new Promise((resolve) => answers.push(() => resolve({ message: "Done.", changed: ids })));
  const user = await found({ tag_found });
  tiles()[0].focus();
  await user.keyboard("tt");
  expect(at("milvus-reviewed").textContent).toContain("2 of 2 groups reviewed");
  expect(callsOf("tag_found")).toHaveLength(1);
  await user.keyboard("{ArrowUp}ku");
  await act(async () => answers[0]());
  await waitFor(() => expect(callsOf("tag_found")).toHaveLength(2));
  await act(async () => answers[1]());
  await waitFor(() => expect(callsOf("tag_found")).toHaveLength(3));
  await act(async () => answers[2]());
  await waitFor(() => expect(at("milvus-reviewed").textContent).toContain("1 of 2 groups reviewed"));
  const tagged = { brain_key: "images", tag: "duplicate" };
  expect(callsOf("tag_found")).toEqual([
    { ...tagged, ids: ["b", "c"] },
    { ...tagged, ids: ["e"] },
    { ...tagged, ids: ["b", "c"], remove: true },
  ]);
  expect(at("milvus-decision").textContent).toBe("1 tagged duplicate");
});

test("what is left is tagged in one request, and what is tagged is shown in the grid", async () => {
  const user = await found();
  await user.clear(at("milvus-found-tag"));
  expect(at<HTMLButtonElement>("milvus-tag-rest").disabled).toBe(true);
  await user.type(at("milvus-found-tag"), "twin");
  await user.click(all("milvus-found-leave")[0]);
  expect(at("milvus-tag-rest").textContent).toBe("Tag in the other 1 group");
  await user.click(at("milvus-tag-rest"));
  await waitFor(() => expect(absent("milvus-tag-rest")).toBe(true));
  expect(callsOf("tag_found")).toEqual([{ brain_key: "images", ids: ["e"], tag: "twin" }]);
  await user.click(at("milvus-show-tagged"));
  await user.click(at("milvus-show-found"));
  const everything = { brain_key: "images", ids: ["a", "b", "c", "d", "e"] };
  expect(callsOf("show_found")).toEqual([
    everything,
    { brain_key: "images", ids: ["e"] },
    everything,
  ]);
});

test("a failed tag decides nothing, and says why", async () => {
  const tag_found = { error: { code: "x", message: "Milvus went away." } };
  const user = await found({ tag_found });
  await user.click(all("milvus-found-tag-group")[0]);
  await waitFor(() => expect(at("milvus-problem").textContent).toBe("Milvus went away."));
  expect(absent("milvus-decision")).toBe(true);
});
