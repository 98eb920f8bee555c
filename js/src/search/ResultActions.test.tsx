import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { searchResult } from "../test/data";
import { selectedSamples } from "../test/fiftyone";
import { absent, answer, at, callsOf, show } from "../test/panel";
import { ResultActions } from "./ResultActions";

const found = { dataset: "animals", result: searchResult, chips: [], keep: 12 };

function actions(ticked: string[] = []) {
  answer({ selection: { chips: [] }, tag_results: { message: "Done." } });
  return show(<ResultActions shown={found} />, ({ set }) =>
    set(selectedSamples, new Map(ticked.map((id) => [id, "default"]))),
  ).user;
}

test("the results that the grid shows are tagged", async () => {
  const user = actions();
  await user.click(at("milvus-tag"));
  await user.type(screen.getByRole("textbox", { name: "Tag for 12 results" }), "good{Enter}");
  await waitFor(() => expect(absent("milvus-name")).toBe(true));
  expect(callsOf("tag_results")).toEqual([{ token: "token-1", keep: 12, tag: "good" }]);
});

test("of what is selected, only the results are", async () => {
  const user = actions(["a", "z"]);
  await user.click(at("milvus-tag"));
  await user.type(screen.getByRole("textbox", { name: "Tag for the selected results" }), "good{Enter}");
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
