import { expect, test } from "vitest";
import { at, show } from "../test/panel";
import { searchTab } from "../test/search";

test("/ goes to the text box, unless one types already", async () => {
  const { user } = show(searchTab());
  const query = at<HTMLInputElement>("milvus-query");
  await user.keyboard("/");
  expect(document.activeElement).toBe(query);
  expect(query.value).toBe("");
  await user.keyboard("/");
  expect(query.value).toBe("/");
  at("milvus-more-options").focus();
  await user.keyboard("/");
  expect(document.activeElement).toBe(query);
});

test("with Ctrl it is the browser's", async () => {
  const { user } = show(searchTab());
  await user.keyboard("{Control>}/{/Control}");
  expect(document.activeElement).toBe(document.body);
});
