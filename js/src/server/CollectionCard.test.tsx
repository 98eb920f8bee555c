import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type { Collection } from "../api/contract";
import { collection } from "../test/data";
import { absent, at, show } from "../test/panel";
import { CollectionCard, facts } from "./CollectionCard";

const on = { onAdopt: vi.fn(), onDelete: vi.fn() };
const row = (of: Collection) => show(<CollectionCard collection={of} {...on} />).user;

test("a collection says what state it is in, and why", () => {
  row({ ...collection, problem: "It can't be loaded." });
  const text = screen.getByRole("listitem", { name: "images_1" }).textContent;
  for (const part of ["in use", collection.reason, "1,538 rows"]) expect(text).toContain(part);
  expect(screen.getByRole("alert").textContent).toBe("It can't be loaded.");
});

test("what isn't known is left out, and an estimate is called one", () => {
  expect(facts({ ...collection, created: null })).toBe("1,538 rows · about 3.1 MB · 512-dim, cosine, HNSW");
  const unknown = { ...collection, loaded: false, size_bytes: null, dim: null, metric: null, index_type: null, created: null };
  expect(facts(unknown)).toBe("about 1,538 rows");
  expect(facts({ ...unknown, rows: null })).toBe("");
});

test("more than one shard or replica is said", () => {
  const onCluster = { ...collection, created: null, shards: 2, replicas: 3 };
  expect(facts(onCluster)).toContain(" · 2 shards, 3 replicas");
  expect(facts({ ...onCluster, shards: 1, replicas: null })).toBe(facts({ ...collection, created: null }));
});

test("an orphaned collection is used again, or deleted", async () => {
  const user = row({ ...collection, state: "orphaned" });
  await user.click(at("milvus-actions-images_1"));
  await user.click(at("milvus-delete-images_1"));
  expect(on.onDelete).toHaveBeenCalledOnce();
  expect(absent("milvus-delete-images_1")).toBe(true);
  await user.click(at("milvus-actions-images_1"));
  await user.click(at("milvus-adopt-images_1"));
  expect(on.onAdopt).toHaveBeenCalledOnce();
});

test("a collection in use can't be deleted", async () => {
  const user = row(collection);
  await user.click(at("milvus-actions-images_1"));
  expect(at("milvus-delete-images_1").getAttribute("aria-disabled")).toBe("true");
});
