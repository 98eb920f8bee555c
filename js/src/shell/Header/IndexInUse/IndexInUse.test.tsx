import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { index } from "../../../test/data";
import { at, show } from "../../../test/panel";
import { IndexInUse } from "./IndexInUse";

const onChange = vi.fn();
const words = { ...index, brain_key: "words", patches_field: "objects", size: 20, total: 30 };
const inUse = (of = index) => show(<IndexInUse index={of} indexes={[index, words]} onChange={onChange} />).user;

test("another index is chosen by its name and what it is of", async () => {
  const user = inUse();
  const select = screen.getByRole<HTMLSelectElement>("combobox", { name: "Index in use" });
  expect(select.value).toBe("pictures");
  expect([...select.options].map(({ text }) => text)).toEqual(["pictures (samples)", "words (objects)"]);
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
