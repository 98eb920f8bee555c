import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { index, overview, searchResult } from "../test/data";
import { absent, answer, at, callsOf, go, show } from "../test/panel";
import { DatasetPanel } from "./DatasetPanel";

const words = { ...index, brain_key: "words", patches_field: "objects", size: 20, total: 30 };

async function panel(indexes = [index, words]) {
  answer({ overview: { ...overview, indexes } });
  const shown = show(<DatasetPanel dataset="animals" />);
  await waitFor(() => expect(absent("milvus-loading")).toBe(true));
  return shown;
}

test("there are tabs, and the open one is kept while the panel is closed", async () => {
  const { user, unmount } = await panel();
  at("milvus-query");
  await go(user, "indexes");
  at("milvus-index-images");
  await go(user, "server");
  expect(at("milvus-contents-server").textContent).toContain("Embedded Milvus");
  unmount();
  await panel();
  expect(at("milvus-tab-server").getAttribute("aria-selected")).toBe("true");
});

test("an image that is dropped on another tab is searched with", async () => {
  const { user } = await panel();
  answer({ overview, search: searchResult });
  await go(user, "indexes");
  const file = new File([new Uint8Array([1, 2, 3])], "a.png", { type: "image/png" });
  const dataTransfer = { files: [file], types: ["Files"], dropEffect: "" };
  fireEvent.dragOver(at("milvus-index-images"), { dataTransfer });
  at("milvus-drop-hint");
  fireEvent.drop(at("milvus-index-images"), { dataTransfer });
  expect(at("milvus-tab-search").getAttribute("aria-selected")).toBe("true");
  await waitFor(() => expect(callsOf("search")).toMatchObject([{ query: { terms: [{ image: "AQID" }] } }]));
});

test("an index of another backend is copied from any tab", async () => {
  const other_indexes = [{ brain_key: "sim", backend: "sklearn" }];
  for (const tab of ["search", "find"] as const) {
    answer({ overview: { ...overview, indexes: [], other_indexes } });
    const { user, unmount } = show(<DatasetPanel dataset="animals" />);
    await waitFor(() => expect(absent("milvus-loading")).toBe(true));
    await go(user, tab);
    await user.click(at("milvus-copy"));
    expect(at("milvus-tab-indexes").getAttribute("aria-selected")).toBe("true");
    expect(at<HTMLInputElement>("milvus-copy-key").value).toBe("sim_milvus");
    unmount();
  }
});

test("the arrow keys go from tab to tab", async () => {
  const { user } = await panel();
  at("milvus-tab-search").focus();
  await user.keyboard("{ArrowRight}{ArrowRight}");
  at("milvus-index-images");
  await user.keyboard("{ArrowLeft}{ArrowLeft}{ArrowLeft}");
  expect(at("milvus-tab-server").getAttribute("aria-selected")).toBe("true");
});

test("each tab names what it controls", async () => {
  await panel();
  for (const tab of screen.getAllByRole("tab")) {
    const contents = document.getElementById(tab.getAttribute("aria-controls") ?? "");
    expect(contents?.getAttribute("aria-labelledby")).toBe(tab.id);
  }
});

test("the header names the index in use and its coverage, and switches it", async () => {
  const { user } = await panel();
  expect(at<HTMLSelectElement>("milvus-index-select").value).toBe("images");
  expect(at("milvus-coverage").textContent).toBe("1,538 samples");
  await user.selectOptions(at("milvus-index-select"), "words");
  expect(at("milvus-coverage").textContent).toBe("20 of 30 patches");
});

test("without an index the Search tab leads to the form", async () => {
  const { user } = await panel([]);
  await user.click(at("milvus-make-index"));
  at("milvus-form");
});

const returned = () => act(() => void window.dispatchEvent(new Event("focus")));

test("who returns to the window sees which indexes there are now", async () => {
  await panel();
  answer({ overview: { ...overview, indexes: [words] }, jobs: { jobs: [] } });
  returned();
  await waitFor(() => expect(at("milvus-coverage").textContent).toBe("20 of 30 patches"));
  expect(callsOf("overview")).toHaveLength(2);
});

test.each(["no_index", "collection"])("an error of the kind %s has the indexes asked for again", async (code) => {
  const { user } = await panel();
  answer({ search: { error: { code, message: "It is gone." } }, overview: { ...overview, indexes: [words] } });
  await user.type(at("milvus-query"), "a bird{Enter}");
  await waitFor(() => expect(at("milvus-coverage").textContent).toBe("20 of 30 patches"));
  expect(callsOf("overview")).toHaveLength(2);
});

test("an error of the indexes themselves is shown once", async () => {
  answer({ overview: { error: { code: "collection", message: "It is gone." } } });
  show(<DatasetPanel dataset="animals" />);
  await waitFor(() => expect(at("milvus-problem").textContent).toContain("It is gone."));
  expect(callsOf("overview")).toHaveLength(1);
});
