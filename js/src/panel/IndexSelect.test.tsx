import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { index } from "../test/data";
import { at, show } from "../test/panel";
import { sizeText, IndexSelect } from "./IndexSelect";

const onChange = vi.fn();
const words = { ...index, brain_key: "words", patches_field: "objects", size: 20, total: 30 };
const inUse = (of = index) => show(<IndexSelect index={of} indexes={[index, words]} counting={false} onChange={onChange} />).user;

test("another index is chosen by its name and what it is of", async () => {
  const user = inUse();
  const select = screen.getByRole<HTMLSelectElement>("combobox", { name: "Index in use" });
  expect(select.value).toBe("images");
  expect([...select.options].map(({ text }) => text)).toEqual(["images (samples)", "words (objects)"]);
  await user.selectOptions(select, "words (objects)");
  expect(onChange.mock.calls).toEqual([["words"]]);
});

test("one that lacks something says so, and what to do", () => {
  inUse(words);
  expect(at("milvus-coverage").textContent).toBe("20 of 30 patches");
  expect(at("milvus-coverage").getAttribute("aria-label")).toContain("Sync it");
});

test("one that lacks nothing says that", () => {
  inUse();
  expect(at("milvus-coverage").getAttribute("aria-label")).toBe("It is complete");
});

test("an index holds all, a part, or more than there is", () => {
  expect(sizeText({ ...index, size: 20, total: 30 })).toBe("20 of 30 samples");
  const patches = { ...index, patches_field: "objects" };
  expect(sizeText({ ...patches, size: 1360, total: 1340 })).toBe("1,360 vectors, 1,340 patches");
  expect(sizeText({ ...patches, size: 20, total: null })).toBe("20 patches");
  expect(sizeText({ ...patches, size: 20, total: 20 })).toBe("20 patches");
  expect(sizeText({ ...index, size: null })).toBe("size unknown");
});
