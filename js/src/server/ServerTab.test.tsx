import { waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { at, callsOf } from "../test/panel";
import { openServerTab } from "../test/server";

test("one request tells what it can, what is in it, and what is set", async () => {
  await openServerTab();
  await waitFor(() => at("milvus-collection-images_1"));
  const facts = at("milvus-facts").textContent;
  for (const part of ["3.2.2", "3.6 ms", "HNSW"]) expect(facts).toContain(part);
  expect(at("milvus-collection-images_1").textContent).toContain(
    "1,538 rows · about 3.1 MB · 512-dim, cosine, HNSW · ",
  );
  expect(at("milvus-set").textContent).toBe("Set now: FIFTYONE_BRAIN_SIMILARITY_MILVUS_TOKEN (environment).");
  expect(callsOf("server_details")).toHaveLength(1);
});
