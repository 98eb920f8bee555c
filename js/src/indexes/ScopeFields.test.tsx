import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { form } from "../test/data";
import { show } from "../test/panel";
import { fillDefaults } from "./indexFormValues";
import { ScopeFields } from "./ScopeFields";

const change = vi.fn();

function fields(selected: number, problems = {}, of = form) {
  return show(<ScopeFields form={of} values={fillDefaults(of, {})} {...{ problems, change, selected }} videos={null} ownVectors />).user;
}

test("some samples are chosen, and what of them", async () => {
  const user = fields(3);
  await user.selectOptions(screen.getByRole("combobox", { name: "Samples to index" }), "Selected (3)");
  await user.selectOptions(screen.getByRole("combobox", { name: "What to index" }), "Patches in ground_truth");
  expect(change.mock.calls.flat()).toEqual([{ scope: "selected" }, { patches_field: "ground_truth" }]);
});

test("what nothing is selected of can't be chosen", () => {
  fields(0);
  expect(screen.getByRole<HTMLOptionElement>("option", { name: "Selected (0)" }).disabled).toBe(true);
});

test("a problem is shown", () => {
  fields(0, { scope: "Select samples in the grid first." });
  expect(screen.getByText("Select samples in the grid first.")).toBeTruthy();
});

test("of groups the slices are chosen", async () => {
  const user = fields(0, {}, { ...form, slices: { dataset: ["left", "right"], view: [] } });
  await user.type(screen.getByRole("combobox", { name: "Group slices" }), "ri");
  await user.click(screen.getByRole("option", { name: "right" }));
  expect(change).toHaveBeenLastCalledWith({ slices: ["left", "right"] });
});
