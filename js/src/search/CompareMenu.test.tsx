import { waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { index } from "../test/data";
import { answer, at, show } from "../test/panel";
import { all } from "../test/search";
import { CompareMenu } from "./CompareMenu";

const past = (id: string, label: string) => ({ id, label, at: "2025-03-04T05:06:07Z", results: 5, brain_key: "images" });

async function menu(searches: object[], brain_keys: string[]) {
  const onChoose = vi.fn();
  answer({ search_history: { searches, total: searches.length, saved: [] } });
  const indexes = [index, ...brain_keys.map((brain_key) => ({ ...index, brain_key }))];
  const { user } = show(<CompareMenu index={index} indexes={indexes} onChoose={onChoose} />);
  await user.click(at("milvus-compare"));
  return { user, onChoose };
}

test("another index is chosen, or an earlier search, and not the one that is shown", async () => {
  const { user, onChoose } = await menu([past("2", "a bird"), past("1", "a fish")], ["words"]);
  await waitFor(() => expect(all("milvus-compare-search")).toHaveLength(1));
  await user.click(at("milvus-compare-index"));
  expect(onChoose).toHaveBeenCalledWith({ name: "words", which: { other: "words" } });
  await user.click(at("milvus-compare"));
  await waitFor(() => at("milvus-compare-search"));
  await user.click(at("milvus-compare-search"));
  expect(onChoose).toHaveBeenLastCalledWith({ name: "a fish", which: { id: "1" } });
});

test("where there is nothing to compare with it says what to do", async () => {
  await menu([past("2", "a bird")], []);
  await waitFor(() => expect(document.body.textContent).toContain("Build another index"));
});
