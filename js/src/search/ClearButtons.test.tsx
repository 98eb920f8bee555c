import { waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { searchResult } from "../test/data";
import { view } from "../test/fiftyone";
import { answer, at, callsOf, show } from "../test/panel";
import { chips, results, searchTab, searched } from "../test/search";

const clear = () => at<HTMLButtonElement>("milvus-clear");
const undo = () => at<HTMLButtonElement>("milvus-undo");

test("Clear starts over, and Undo has the search back with its results", async () => {
  const { user } = await searched();
  await waitFor(() => expect(results()).toHaveLength(2));
  await user.click(clear());
  await waitFor(() => expect(results()).toHaveLength(0));
  expect(chips()).toHaveLength(0);
  expect(callsOf("clear_results")).toHaveLength(1);
  await user.click(undo());
  await waitFor(() => expect(results()).toHaveLength(2));
  expect(chips()[0].textContent).toContain("a bird");
  expect(callsOf("search")).toHaveLength(2);
});

test("what isn't in the grid isn't taken out of it", async () => {
  answer({ search: searchResult });
  const { user } = show(searchTab());
  await user.type(at("milvus-query"), "a bird");
  await user.click(clear());
  expect(at<HTMLInputElement>("milvus-query").value).toBe("");
  expect(callsOf("clear_results")).toHaveLength(0);
});

test("results of another search are cleared, and nothing to undo is said so", async () => {
  answer({ view_count: { count: 2, shows_results: true }, clear_results: {} });
  const { user } = show(searchTab(), ({ set }) => set(view, [{ _cls: "Select" }]));
  expect(undo().disabled).toBe(true);
  await user.click(clear());
  await waitFor(() => expect(callsOf("clear_results")).toHaveLength(1));
});
