import { waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { index, searchResult } from "../test/data";
import { selectedLabels, selectedSamples } from "../test/fiftyone";
import { absent, answer, at, callsOf, show } from "../test/panel";
import { chips, searchTab, WithSearch } from "../test/search";
import { UseSelected } from "./UseSelected";

const media = { filepath: "/a.jpg", box: null, label: "cat" };
const selected = new Map([["a", "default"], ["b", "alt"]]);

test("what is selected is searched with when that is asked for, and not before", async () => {
  answer({
    search: searchResult,
    selection: {
      chips: [
        { key: "a", term: { id: "a" }, media },
        { key: "b", term: { id: "b", negative: true }, media },
      ],
    },
  });
  const { user } = show(searchTab(), ({ set }) => set(selectedSamples, selected));
  await user.type(at("milvus-query"), "bird{Enter}");
  await waitFor(() => expect(callsOf("search")).toMatchObject([{ query: { terms: [{ text: ["bird"] }] } }]));
  expect([callsOf("selection"), chips().length]).toEqual([[], 1]);
  await user.click(at("milvus-use-selected"));
  await waitFor(() => expect(callsOf("search")).toHaveLength(2));
  expect(callsOf("selection")).toEqual([{ brain_key: "images" }]);
  expect(callsOf("search")[1]).toMatchObject({
    query: { terms: [{ text: ["bird"] }, { id: "a" }, { id: "b", negative: true }] },
  });
  expect(chips().map(({ dataset }) => dataset.negative)).toEqual(["false", "false", "true"]);
});

test("what is selected is read when the button is pointed at, and not again by the click", async () => {
  answer({ search: searchResult, selection: { chips: [{ key: "a", term: { id: "a" }, media }] } });
  const { user } = show(searchTab(), ({ set }) => set(selectedSamples, selected));
  await user.hover(at("milvus-use-selected"));
  await waitFor(() => expect(callsOf("selection")).toHaveLength(1));
  expect(callsOf("search")).toEqual([]);
  await user.click(at("milvus-use-selected"));
  await waitFor(() => expect(callsOf("search")).toMatchObject([{ query: { terms: [{ id: "a" }] } }]));
  expect(callsOf("selection")).toHaveLength(1);
});

test("what the index can't be searched with is a chip that says why", async () => {
  const chip = { key: "a", term: { crop: { sample_id: "a", box: [0, 0, 1, 1] } }, media };
  answer({ selection: { chips: [chip] } });
  const { user } = show(searchTab({ ...index, model: null }), ({ set }) => set(selectedSamples, selected));
  await user.click(at("milvus-use-selected"));
  await waitFor(() => expect(at("milvus-chip").getAttribute("aria-label")).toContain("no model"));
  expect(callsOf("search")).toEqual([]);
});

test("it says how many are selected; labels come before samples", () => {
  const button = <WithSearch>{(search) => <UseSelected search={search} index={index} />}</WithSearch>;
  const { unmount } = show(button);
  expect(absent("milvus-use-selected")).toBe(true);
  unmount();
  const samples = show(button, ({ set }) => set(selectedSamples, selected));
  expect(at("milvus-use-selected").textContent).toBe("Use 2 selected");
  samples.unmount();
  show(button, ({ set }) => {
    set(selectedSamples, selected);
    set(selectedLabels, [{ labelId: "x" }]);
  });
  expect(at("milvus-use-selected").textContent).toBe("Use 1 selected");
});

test("where the selection is searched in, it is nothing to search with", async () => {
  const { user } = show(searchTab(), ({ set }) => set(selectedSamples, selected));
  await user.selectOptions(at("milvus-scope"), "selected");
  expect(absent("milvus-use-selected")).toBe(true);
});
