import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { findTab, options } from "../test/find";
import { absent, asked, at } from "../test/panel";

test("each kind has its inputs, and what was typed is sent", async () => {
  const { user } = await findTab();
  await user.selectOptions(at("milvus-find-kind"), "Leaks between splits");
  await user.selectOptions(at("milvus-find-splits"), "by split");
  expect(absent("milvus-find-split_tags")).toBe(true);
  await user.selectOptions(at("milvus-find-scope"), "View");
  await user.click(at("milvus-find"));
  expect(asked()).toMatchObject([{ field: "split", scope: "view", thresh: 0.05 }]);
});

test("a wrong input is named, and nothing is asked", async () => {
  const { user } = await findTab();
  await user.selectOptions(at("milvus-find-kind"), "Most unique");
  await user.clear(at("milvus-find-count"));
  await user.type(at("milvus-find-count"), "many{Enter}");
  expect(screen.getByText("Enter a number.")).toBeTruthy();
  expect(at<HTMLButtonElement>("milvus-find").disabled).toBe(true);
  expect(asked()).toEqual([]);
});

test("of another dataset the indexes are asked for once it is chosen", async () => {
  const of = (name?: string) => (name === undefined ? [] : name === "new" ? ["b"] : ["a"]);
  const find_options = ({ other_dataset }: { other_dataset?: string }) => ({
    ...options,
    other_datasets: ["archive", "new"],
    other_keys: of(other_dataset),
  });
  const { user } = await findTab({ find_options });
  await user.selectOptions(at("milvus-find-kind"), "In another dataset");
  await waitFor(() => expect(at<HTMLSelectElement>("milvus-find-other_key").value).toBe("a"));
  await user.selectOptions(at("milvus-find-other_dataset"), "new");
  await waitFor(() => expect(at<HTMLSelectElement>("milvus-find-other_key").value).toBe("b"));
  await user.click(at("milvus-find"));
  expect(asked()).toMatchObject([{ other_dataset: "new", other_key: "b", thresh: 0.05, scope: "dataset" }]);
});
