import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { index, searchResult } from "../test/data";
import { answer, at, callsOf, show } from "../test/panel";
import { searchTab } from "../test/search";

test("the options are part of the search", async () => {
  answer({ search: searchResult, search_options: { group_by: ["theme"] } });
  const { user } = show(searchTab());
  await user.selectOptions(at("milvus-scope"), "view");
  await user.click(at("milvus-more-options"));
  await user.click(at("milvus-reverse"));
  await waitFor(() => screen.getByRole("option", { name: "theme" }));
  await user.selectOptions(at("milvus-group_by"), "theme");
  await user.clear(at("milvus-k"));
  await user.type(at("milvus-k"), "7");
  await user.type(at("milvus-min_score"), "0.5");
  await user.type(at("milvus-query"), "a bird{Enter}");
  expect(callsOf("search")).toMatchObject([
    { k: 7, scope: "view", reverse: true, min_score: 0.5, group_by: "theme" },
  ]);
});

test("a k out of range is explained as it is typed, and nothing is asked", async () => {
  answer({ search_options: { group_by: [] } });
  const { user } = show(searchTab());
  await user.click(at("milvus-more-options"));
  await user.type(at("milvus-k"), "000");
  expect(screen.getByText(/from 1 to 10,000/)).toBeTruthy();
  expect(at("milvus-k").getAttribute("aria-invalid")).toBe("true");
  await user.type(at("milvus-query"), "bird{Enter}");
  expect(callsOf("search")).toHaveLength(0);
});

const opened = async (search_params: string[] = []) => {
  answer({ search_options: { group_by: [] } });
  const shown = show(searchTab({ ...index, search_params }));
  await shown.user.click(at("milvus-more-options"));
  return shown;
};

test("what is typed changes its option and no other", async () => {
  const { user } = await opened();
  const input = screen.getByRole<HTMLInputElement>("textbox", { name: "Results" });
  expect([input.value, input.inputMode]).toEqual(["25", "numeric"]);
  await user.type(input, "0");
  expect([input.value, at<HTMLInputElement>("milvus-min_score").value]).toEqual(["250", ""]);
});

test("an option's problem is shown beneath it, and not beneath another", async () => {
  const { user } = await opened();
  await user.type(at("milvus-score_field"), "1a");
  expect(at("milvus-score_field").getAttribute("aria-invalid")).toBe("true");
  expect(at("milvus-k").getAttribute("aria-invalid")).toBe("false");
});

test("each parameter of the index keeps what is typed for it", async () => {
  const { user } = await opened(["ef", "reorder_k"]);
  await user.type(screen.getByRole("textbox", { name: "Index parameter ef" }), "64");
  await user.type(screen.getByRole("textbox", { name: "Index parameter reorder_k" }), "9");
  expect(at("milvus-param-ef")).toMatchObject({ value: "64" });
  expect(at("milvus-param-reorder_k")).toMatchObject({ value: "9" });
});

test("a parameter that isn't a whole number is refused as it is typed", async () => {
  const { user } = await opened(["ef"]);
  await user.type(at("milvus-param-ef"), "0.5");
  expect(screen.getByText("Enter a whole number of at least 1.")).toBeTruthy();
  expect(at("milvus-param-ef").getAttribute("aria-invalid")).toBe("true");
});

test("an index without parameters has none to type", async () => {
  await opened();
  expect(screen.queryByRole("textbox", { name: /^Index parameter/ })).toBeNull();
});
