import { expect, test } from "vitest";
import { at } from "../test/panel";
import { openServerTab } from "../test/server";

test("each kind of Milvus has what to set, and its documentation", async () => {
  const { user } = await openServerTab();
  await user.selectOptions(at("milvus-kind"), "Zilliz Cloud");
  expect(at("milvus-lines").textContent).toContain("MILVUS_TOKEN=<API key>");
  expect(document.querySelector<HTMLAnchorElement>("a")?.href).toContain("docs.zilliz.com");
});
