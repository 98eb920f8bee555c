import { expect, test } from "vitest";
import { absent, at, show } from "../test/panel";
import { KeyList } from "./KeyList";

test("? shows the keys, and Esc or ? hides them", async () => {
  const { user } = show(<KeyList />);
  expect(absent("milvus-key-list")).toBe(true);
  await user.keyboard("?");
  expect(at("milvus-key-list").textContent).toContain("ttag it, with the last tag");
  await user.keyboard("?");
  expect(absent("milvus-key-list")).toBe(true);
  await user.click(at("milvus-keys"));
  at("milvus-key-list");
  await user.keyboard("{Escape}");
  expect(absent("milvus-key-list")).toBe(true);
});
