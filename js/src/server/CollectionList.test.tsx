import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type { Collection } from "../api/contract";
import { collection } from "../test/data";
import { absent, asked, at, show } from "../test/panel";
import { CollectionList } from "./CollectionList";

const on = { onDeleted: vi.fn(), onAdopted: vi.fn() };
const orphaned: Collection = { ...collection, name: "left_over", state: "orphaned" };

const list = (collections: Collection[]) => show(<CollectionList dataset="animals" {...{ collections }} {...on} />).user;
const names = () => screen.queryAllByRole("listitem").map((row) => row.getAttribute("aria-label"));

test("orphaned collections are counted, and asked about together", async () => {
  const user = list([collection, orphaned, { ...orphaned, name: "older" }]);
  expect(screen.getByRole("heading", { name: "Collections (3)" })).toBeTruthy();
  expect(at("milvus-orphaned").textContent).toBe("Clean up orphaned (2)");
  await user.click(at("milvus-orphaned"));
  await waitFor(() => expect(asked()).toMatchObject([{ orphaned: true, dry_run: true }]));
});

test("without orphaned collections there is nothing to clean up", () => {
  list([collection]);
  expect(absent("milvus-orphaned")).toBe(true);
});

test("a single one is asked about by its name", async () => {
  const user = list([collection, orphaned]);
  await user.click(at("milvus-actions-left_over"));
  await user.click(at("milvus-delete-left_over"));
  await waitFor(() => expect(asked()).toMatchObject([{ names: ["left_over"], dry_run: true }]));
});

test("many are looked for by name, whatever the case", async () => {
  const user = list(Array.from({ length: 9 }, (_, n) => ({ ...collection, name: `Rows_${n}` })));
  await user.type(at("milvus-find-collection"), "rows_8");
  expect(names()).toEqual(["Rows_8"]);
  await user.type(at("milvus-find-collection"), "8");
  expect(at("milvus-no-collection").textContent).toBe("No collection has a name like that.");
});

test("where there is none, it is said what makes one", () => {
  list([]);
  expect(names()).toEqual([]);
  expect(at("milvus-no-collection").textContent).toContain("an index creates one");
  expect(absent("milvus-find-collection")).toBe(true);
});
