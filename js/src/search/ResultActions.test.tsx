import { screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { expect, test } from "vitest";
import { searchResult } from "../test/data";
import { selectedSamples } from "../test/fiftyone";
import { absent, answer, at, callsOf, show } from "../test/panel";
import { ResultActions, type Action } from "./ResultActions";
import { useTags } from "./useTags";

const found = { dataset: "animals", result: searchResult, chips: [], keep: 12, asked: "" };

function Actions() {
  const [open, setOpen] = useState<Action | null>(null);
  return <ResultActions shown={found} inGrid={5} tags={useTags(found)} open={open} onOpen={setOpen} />;
}

function actions(ticked: string[] = []) {
  answer({ selection: { chips: [] }, tags: { tags: ["great"] }, tag_results: { message: "Done.", changed: ["a"] } });
  return show(<Actions />, ({ set }) =>
    set(selectedSamples, new Map(ticked.map((id) => [id, "default"]))),
  ).user;
}

test("the results that the grid shows are tagged", async () => {
  const user = actions();
  await user.click(at("milvus-tag"));
  await user.type(screen.getByRole("combobox", { name: "Tag for 5 results" }), "good{Enter}");
  await waitFor(() => expect(absent("milvus-name")).toBe(true));
  expect(callsOf("tag_results")).toEqual([{ token: "token-1", keep: 12, tag: "good" }]);
  await user.click(screen.getByRole("button", { name: "Undo the tag good" }));
  await waitFor(() => expect(absent("milvus-undo-tag")).toBe(true));
  expect(callsOf("tag_results")[1]).toEqual({ token: "token-1", keep: 12, tag: "good", selection: ["a"], remove: true });
});

test("the tags that there are can be chosen", async () => {
  const user = actions();
  await user.click(at("milvus-tag"));
  await user.type(at("milvus-name"), "gr");
  await user.click(await screen.findByRole("option", { name: "great" }));
  await user.click(at("milvus-name-do"));
  await waitFor(() => expect(callsOf("tag_results")).toMatchObject([{ tag: "great" }]));
});

test("of what is selected, only the results are", async () => {
  const user = actions(["a", "z"]);
  await user.click(at("milvus-tag"));
  await user.type(screen.getByRole("combobox", { name: "Tag for the selected results" }), "good{Enter}");
  expect(callsOf("tag_results")).toMatchObject([{ tag: "good", selection: ["a", "z"] }]);
});

test("one name is asked for at a time, and none after another click", async () => {
  const user = actions();
  await user.click(at("milvus-save_view"));
  await user.click(at("milvus-save_search"));
  expect(screen.getByRole("textbox", { name: "Name of the search" })).toBe(at("milvus-name"));
  expect(at("milvus-save_view").getAttribute("aria-expanded")).toBe("false");
  expect(at("milvus-save_search").getAttribute("aria-expanded")).toBe("true");
  await user.click(at("milvus-save_search"));
  expect(absent("milvus-name")).toBe(true);
});
