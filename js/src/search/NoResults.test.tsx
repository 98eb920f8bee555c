import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type { Limit } from "../api/contract";
import { searchResult } from "../test/data";
import { absent, at, show } from "../test/panel";
import { textChip } from "./chips";
import { NoResults } from "./NoResults";

const onLoosen = vi.fn();

function none(limits: Limit[]) {
  const empty = { reason: "Nothing passes.", limits };
  const result = { ...searchResult, results: [], total: 0, histogram: null, empty };
  const chips = [textChip("bird"), { ...textChip("tree"), negative: true }];
  return show(<NoResults shown={{ dataset: "animals", result, chips, keep: 0, asked: "" }} onLoosen={onLoosen} />).user;
}

test("it says what was asked for and what excluded it, and a click searches without that", async () => {
  const user = none(["score"]);
  expect(at("milvus-no-results").textContent).toContain("No results for bird, not tree");
  expect(at("milvus-no-results").textContent).toContain("Nothing passes.");
  await user.click(screen.getByRole("button", { name: "Search without the limits of the score" }));
  expect(onLoosen.mock.calls).toEqual([[{ min_score: "", max_score: "" }]]);
});

test("where limits exclude together, all are left out", async () => {
  await none(["filter", "view"]).click(screen.getByRole("button", { name: "Search without these limits" }));
  expect(onLoosen.mock.calls).toEqual([[{ where: {}, scope: "dataset" }]]);
});

test("without a limit nothing is offered", () => {
  none([]);
  expect(absent("milvus-loosen")).toBe(true);
});
