import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { show } from "../test/panel";
import { SelectInput } from "./SelectInput";

const onChange = vi.fn();
const props = {
  label: "Metric",
  name: "metric",
  value: "cosine",
  options: [
    { value: "cosine", label: "Cosine" },
    { value: "euclidean", label: "Euclidean" },
    { value: "dotproduct", label: "Dot product", disabled: true },
  ],
  hint: "How two vectors are compared",
  onChange,
};

test("the value is chosen by its label", async () => {
  const { user } = show(<SelectInput {...props} />);
  const select = screen.getByRole<HTMLSelectElement>("combobox", { name: "Metric" });
  expect(select.value).toBe("cosine");
  await user.selectOptions(select, "Euclidean");
  expect(onChange.mock.calls).toEqual([["euclidean"]]);
});

test("what can't be chosen now is still to be seen", () => {
  show(<SelectInput {...props} />);
  expect(screen.getByRole<HTMLOptionElement>("option", { name: "Dot product" }).disabled).toBe(true);
});

test("a problem replaces the hint", () => {
  const { rerender } = show(<SelectInput {...props} />);
  expect(screen.getByText(props.hint)).toBeTruthy();
  rerender(<SelectInput {...props} error="Choose another." />);
  expect(screen.getByText("Choose another.")).toBeTruthy();
  expect(screen.queryByText(props.hint)).toBeNull();
  expect(screen.getByRole("combobox").getAttribute("aria-invalid")).toBe("true");
});
