import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { show } from "../test/panel";
import { FieldRow } from "./FieldRow";

test("fields share a row that wraps where there is no room", () => {
  const { container } = show(
    <FieldRow>
      <input aria-label="Metric" />
      <input aria-label="Index type" />
    </FieldRow>,
  );
  expect(screen.getAllByRole("textbox")).toHaveLength(2);
  const row = screen.getByRole("textbox", { name: "Metric" }).parentElement as HTMLElement;
  expect(container.contains(row)).toBe(true);
  expect(getComputedStyle(row).gridTemplateColumns).toContain("auto-fit");
});
