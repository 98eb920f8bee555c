import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { show } from "../test/panel";
import { CheckboxInput } from "./CheckboxInput";

const onChange = vi.fn();

test.each([false, true])("a click says the other answer than %s", async (checked) => {
  const { user } = show(<CheckboxInput name="own" label="Take ownership" {...{ checked, onChange }} />);
  const input = screen.getByRole<HTMLInputElement>("checkbox", { name: "Take ownership" });
  expect(input.checked).toBe(checked);
  await user.click(input);
  expect(onChange.mock.calls).toEqual([[!checked]]);
});

test("an option beside something is drawn as a switch", () => {
  const { container } = show(<CheckboxInput name="own" label="Reverse" checked={false} onChange={onChange} toggle />);
  expect(container.querySelector(".MuiSwitch-root")).not.toBeNull();
});
