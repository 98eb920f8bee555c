import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { index, searchResult } from "../test/data";
import { absent, answer, at, callsOf, show } from "../test/panel";
import { all, chips, searchTab } from "../test/search";

const suggestions = { recent: [{ id: "1", label: "a red bird" }], saved: ["best birds"], classes: ["bird", "blackbird", "cat"] };
const rerun = { ...searchResult, chips: [], request: { brain_key: "images", k: 25, scope: "dataset" } };

async function typed(text: string) {
  answer({ search: searchResult, rerun_search: rerun, suggestions });
  const { user } = show(searchTab());
  await waitFor(() => expect(all("milvus-example")).toHaveLength(3));
  if (text) await user.type(at("milvus-query"), text);
  return user;
}

const options = () => [...at("milvus-suggestions").children].map(({ textContent }) => textContent);

test("Enter searches for what is typed, unless the arrow keys are on a suggestion", async () => {
  const user = await typed("bir");
  const box = screen.getByRole("combobox", { name: "Describe what to look for" });
  expect(options()).toEqual(["best birdssaved", "a red birdrecent", "birdclass", "blackbirdclass"]);
  expect(box.getAttribute("aria-activedescendant")).toBeNull();
  await user.keyboard("{Enter}");
  expect(callsOf("search")).toMatchObject([{ query: { terms: [{ text: ["bir"] }] } }]);
  await waitFor(() => expect(absent("milvus-suggestions")).toBe(true));
});

test("a class is searched for as a text", async () => {
  const user = await typed("bir");
  await user.keyboard("{ArrowDown}{ArrowDown}{ArrowDown}{Enter}");
  expect(callsOf("search")).toMatchObject([{ query: { terms: [{ text: ["bird"] }] } }]);
  expect(chips()).toHaveLength(1);
  expect(at<HTMLInputElement>("milvus-query").value).toBe("");
});

test("a saved search and a recent one are run again", async () => {
  const user = await typed("bir");
  await user.click(screen.getByRole("option", { name: /best birds/ }));
  await waitFor(() => expect(callsOf("rerun_search")).toEqual([{ name: "best birds" }]));
  await user.type(at("milvus-query"), "red{ArrowDown}{Enter}");
  await waitFor(() => expect(callsOf("rerun_search")).toHaveLength(2));
  expect(callsOf("rerun_search")[1]).toEqual({ id: "1" });
  expect(callsOf("search")).toEqual([]);
});

test("Esc closes the list and keeps the text", async () => {
  const user = await typed("bir");
  await user.keyboard("{Escape}");
  expect(absent("milvus-suggestions")).toBe(true);
  expect(at<HTMLInputElement>("milvus-query").value).toBe("bir");
});

test("an empty panel has examples of the dataset's own", async () => {
  const user = await typed("");
  await user.click(all("milvus-example")[2]);
  expect(callsOf("search")).toMatchObject([{ query: { terms: [{ text: ["cat"] }] } }]);
});

test("a box that takes no text suggests nothing", () => {
  answer({ suggestions });
  show(searchTab({ ...index, supports_prompts: false }));
  expect(at<HTMLInputElement>("milvus-query").disabled).toBe(true);
  expect(absent("milvus-example")).toBe(true);
});
