import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { at, show } from "../test/panel";
import { SeveralInput } from "./SeveralInput";

const props = { label: "Slices", name: "slices", options: ["left", "right"], onChange: vi.fn() };

test("another choice is added to those that there are", async () => {
  const { user } = show(<SeveralInput {...props} values={["left"]} hint="Choose some" />);
  expect(screen.getByText("Choose some")).toBeTruthy();
  await user.type(at("slices"), "ri");
  await user.click(screen.getByRole("option", { name: "right" }));
  expect(props.onChange).toHaveBeenCalledWith(["left", "right"]);
});

test("what is wrong is said instead of the hint", () => {
  show(<SeveralInput {...props} values={[]} hint="Choose some" error="Choose one." />);
  expect([screen.queryByText("Choose some"), screen.getByText("Choose one.").textContent]).toEqual([null, "Choose one."]);
});
