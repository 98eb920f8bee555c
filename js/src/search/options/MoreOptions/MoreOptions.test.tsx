import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { result } from "../../../test/data";
import { answer, at, callsOf, show } from "../../../test/panel";
import { place } from "../../../test/search";

test("the options are part of the search", async () => {
  answer({ search: result, options: { group_by: ["theme"] } });
  const { user } = show(place());
  await user.click(at("milvus-scope-view"));
  await user.click(at("milvus-reverse"));
  await user.click(at("milvus-more-options"));
  await waitFor(() => screen.getByRole("option", { name: "theme" }));
  await user.selectOptions(at("milvus-group_by"), "theme");
  await user.clear(at("milvus-k"));
  await user.type(at("milvus-k"), "7");
  await user.type(at("milvus-min_score"), "0.5");
  await user.type(at("milvus-query"), "a bird{Enter}");
  expect(callsOf("search")).toMatchObject([
    { k: 7, target: "view", reverse: true, min_score: 0.5, group_by: "theme" },
  ]);
});

test("a k out of range is explained as it is typed, and nothing is asked", async () => {
  answer({ options: { group_by: [] } });
  const { user } = show(place());
  await user.click(at("milvus-more-options"));
  await user.type(at("milvus-k"), "000");
  expect(screen.getByText(/from 1 to 10,000/)).toBeTruthy();
  expect(at("milvus-k").getAttribute("aria-invalid")).toBe("true");
  await user.type(at("milvus-query"), "bird{Enter}");
  expect(callsOf("search")).toHaveLength(0);
});
