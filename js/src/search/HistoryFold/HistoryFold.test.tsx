import { waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { result } from "../../test/data";
import { absent, answer, at, callsOf, show } from "../../test/panel";
import { WithSearch } from "../../test/search";
import { HistoryFold } from "./HistoryFold";

const request = { brain_key: "pictures", k: 25, target: "dataset" };

test("the searches are asked for once they are wanted, and folded once one is made again", async () => {
  answer({ history: { searches: [], total: 0, saved: ["mine"] }, again: { ...result, chips: [], request } });
  const { user } = show(<WithSearch>{(search) => <HistoryFold search={search} />}</WithSearch>);
  expect(callsOf("history")).toHaveLength(0);
  await user.click(at("milvus-history"));
  await waitFor(() => at("milvus-saved"));
  await user.click(at("milvus-saved"));
  expect(callsOf("again")).toEqual([{ name: "mine" }]);
  expect(absent("milvus-saved")).toBe(true);
  await user.click(at("milvus-history"));
  expect(callsOf("history")).toHaveLength(2);
});
