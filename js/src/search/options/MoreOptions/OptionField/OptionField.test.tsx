import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { show } from "../../../../test/panel";
import { FIRST_OPTIONS } from "../../values";
import { OptionField } from "./OptionField";

const change = vi.fn();
const props = { options: FIRST_OPTIONS, problems: {}, change };

test("what is typed changes its option and no other", async () => {
  const { user } = show(<OptionField {...props} name="k" label="Results (k)" numeric />);
  const input = screen.getByRole<HTMLInputElement>("textbox", { name: "Results (k)" });
  expect([input.value, input.inputMode]).toEqual(["25", "numeric"]);
  await user.type(input, "0");
  expect(change.mock.calls).toEqual([[{ k: "250" }]]);
});

test("what is wrong with it is said beneath, and not what is with another", () => {
  show(<OptionField {...props} problems={{ k: "Too many.", score_field: "No such name." }} name="score_field" label="Score field" />);
  expect(screen.getByText("No such name.")).toBeTruthy();
  expect(screen.queryByText("Too many.")).toBeNull();
  expect(screen.getByRole("textbox").getAttribute("aria-invalid")).toBe("true");
});
