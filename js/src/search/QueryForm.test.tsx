import { fireEvent, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { index, searchResult } from "../test/data";
import { answer, at, callsOf, show } from "../test/panel";
import { all, chips, results, searchTab, searched } from "../test/search";

test("Enter makes a chip of the text and searches; typing asks nothing", async () => {
  answer({ search: searchResult });
  const { user } = show(searchTab());
  await user.type(at("milvus-query"), "a bird");
  expect(callsOf("search")).toHaveLength(0);
  await user.type(at("milvus-query"), "{Enter}");
  expect(callsOf("search")).toEqual([
    { brain_key: "images", query: { terms: [{ text: ["a bird"] }] }, k: 25, scope: "dataset" },
  ]);
  expect(chips()[0].textContent).toContain("a bird");
  expect(at<HTMLInputElement>("milvus-query").value).toBe("");
});

test("a chip flips, has a weight, is removed, and that is undone; the results follow", async () => {
  const { user } = await searched();
  await waitFor(() => expect(results()).toHaveLength(2));
  await user.type(at("milvus-query"), "a plane{Enter}");
  await waitFor(() => expect(callsOf("search")).toHaveLength(2));
  await user.click(all("milvus-chip-sign")[1]);
  await user.selectOptions(all("milvus-chip-weight")[0], "2");
  const terms = [{ text: ["a bird"], weight: 2 }, { text: ["a plane"], negative: true }];
  await waitFor(() => expect(callsOf("search").at(-1)).toMatchObject({ query: { terms } }));
  await user.click(all("milvus-chip-remove")[1]);
  expect(chips()).toHaveLength(1);
  await user.click(at("milvus-undo"));
  expect(chips()[1].dataset.negative).toBe("true");
});

test("a pasted image is searched with, as base64", async () => {
  answer({ search: searchResult });
  show(searchTab());
  const file = new File([new Uint8Array([1, 2, 3])], "a.png", { type: "image/png" });
  fireEvent.paste(at("milvus-query"), { clipboardData: { files: [file] } });
  await waitFor(() => expect(callsOf("search")).toHaveLength(1));
  expect(callsOf("search")).toMatchObject([{ query: { terms: [{ image: "AQID" }] } }]);
  expect(chips()[0].querySelector("img")?.src).toBe("data:image/png;base64,AQID");
});

test("a file that isn't an image is refused with a sentence", async () => {
  show(searchTab());
  const file = new File(["hello"], "a.txt", { type: "text/plain" });
  fireEvent.paste(at("milvus-query"), { clipboardData: { files: [file] } });
  await waitFor(() => expect(at("milvus-drop-problem").textContent).toContain("JPEG"));
  expect(callsOf("search")).toHaveLength(0);
});

test("an index whose model can't embed text takes no text and says what to do", () => {
  show(searchTab({ ...index, supports_prompts: false }));
  expect(at<HTMLInputElement>("milvus-query").disabled).toBe(true);
  expect(at("milvus-no-text").textContent).toContain("clip can't embed text: search with images");
});
