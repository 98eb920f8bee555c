import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { result, index } from "../test/data";
import { at, show } from "../test/panel";
import { resultChip, imageChip, textChip, type Chip } from "./chips";
import { QueryChip } from "./QueryChip";

const on = { onChange: vi.fn(), onRemove: vi.fn() };
const bird = textChip("bird");

const chip = (of: Chip, props = {}) => show(<QueryChip chip={of} problem={null} {...on} {...props} />);

test("a click on the sign turns it", async () => {
  const { user } = chip(bird);
  await user.click(screen.getByRole("button", { name: "bird is positive: make it negative" }));
  expect(on.onChange.mock.calls).toEqual([[{ ...bird, negative: true }]]);
});

test("a weight is chosen, also beside one that isn't offered", async () => {
  const { user } = chip({ ...bird, weight: 3 });
  const weight = screen.getByRole<HTMLSelectElement>("combobox", { name: "Weight of bird" });
  expect([...weight.options].map(({ text }) => text)).toEqual(["×0.25", "×0.5", "×1", "×2", "×3", "×4"]);
  expect(weight.value).toBe("3");
  await user.selectOptions(weight, "×0.5");
  expect(on.onChange.mock.calls).toEqual([[{ ...bird, weight: 0.5 }]]);
});

test("the cross removes it", async () => {
  const { user } = chip(bird);
  await user.click(screen.getByRole("button", { name: "Remove bird" }));
  expect(on.onRemove.mock.calls).toEqual([[bird]]);
});

test("an image is shown: an uploaded one from the browser, another from the App", () => {
  const { container, unmount } = chip(imageChip("aGk=", "image/png", "a.png"));
  expect(container.querySelector("img")?.getAttribute("src")).toBe("data:image/png;base64,aGk=");
  unmount();
  const other = chip(resultChip(result, index, false)).container;
  expect(other.querySelector("img")?.getAttribute("src")).toBe("/media?filepath=/images/a.jpg");
});

test("it says why it isn't searched with", () => {
  chip(bird, { problem: "clip can't embed text" });
  expect(at("milvus-chip").getAttribute("aria-label")).toBe("clip can't embed text");
});
