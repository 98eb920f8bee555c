import { screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { form } from "../test/data";
import { show } from "../test/panel";
import { ModelInput } from "./ModelInput";

const onChange = vi.fn();
const field = (props = {}) => show(<ModelInput models={form.models} value="clip" {...{ onChange }} {...props} />).user;
const input = () => screen.getByRole<HTMLInputElement>("combobox", { name: "Model" });

test("models are in groups by where they are, and one is chosen", async () => {
  const user = field();
  await user.click(input());
  const groups = [...screen.getByRole("listbox").children] as HTMLElement[];
  expect(groups.map((group) => group.firstElementChild?.textContent)).toEqual([
    "On this machine",
    "Downloaded on first use",
  ]);
  expect(within(groups[0]).getAllByRole("option")).toHaveLength(2);
  await user.click(within(groups[1]).getByRole("option", { name: /resnet/ }));
  expect(onChange.mock.calls).toEqual([["resnet"]]);
});

test("the chosen one says what it is", () => {
  field({ hint: "Choose one" });
  expect(input().value).toBe("clip");
  expect(screen.getByText("354 MB · MIT · images and text")).toBeTruthy();
});

test("none may be chosen", async () => {
  const user = field();
  await user.clear(input());
  expect(onChange.mock.calls).toEqual([[""]]);
});

test("without one there is a hint", () => {
  field({ value: "", hint: "Choose one" });
  expect(screen.getByText("Choose one")).toBeTruthy();
});

test("what is wrong goes before what it is", () => {
  field({ error: "It needs packages first." });
  expect(screen.getByText("It needs packages first.")).toBeTruthy();
  expect(screen.queryByText(/354 MB/)).toBeNull();
});
