import { waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { result, searchResult } from "../test/data";
import { absent, at } from "../test/panel";
import { all, results, searched } from "../test/search";

test("hovering says what each term says", async () => {
  const explained = { ...searchResult, results: [{ ...result, term_scores: [0.61, 0.12] }] };
  const { user } = await searched({ search: explained });
  await waitFor(() => expect(results()).toHaveLength(1));
  await user.hover(results()[0]);
  await waitFor(() => expect(at("milvus-why").textContent).toContain("+“a bird”0.610"), { timeout: 2000 });
});

test("what is hovered next is explained instead, and what can be done with it isn't", async () => {
  const second = { ...result, id: "b", rank: 2, label: "train" };
  const { user } = await searched({ search: { ...searchResult, results: [result, second] } });
  await waitFor(() => expect(results()).toHaveLength(2));
  await user.hover(results()[0]);
  await waitFor(() => expect(at("milvus-why").textContent).toContain("1. bird"), { timeout: 2000 });
  await user.hover(results()[1]);
  await waitFor(() => expect(at("milvus-why").textContent).toContain("2. train"), { timeout: 2000 });
  await user.hover(all("milvus-more-like")[1]);
  await waitFor(() => expect(absent("milvus-why")).toBe(true), { timeout: 2000 });
});
