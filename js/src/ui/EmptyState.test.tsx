import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { at, show } from "../test/panel";
import { EmptyState } from "./EmptyState";

test("it says what is missing, and holds what can be done about it", () => {
  show(
    <EmptyState name="nothing" icon="hub" title="No index yet" text="Make one first.">
      <button>New index</button>
    </EmptyState>,
  );
  const empty = within(at("nothing"));
  expect(empty.getByRole("heading", { name: "No index yet" })).toBeTruthy();
  expect(empty.getByText("Make one first.")).toBeTruthy();
  expect(empty.getByRole("button", { name: "New index" })).toBeTruthy();
  expect(at("nothing").querySelector("[data-icon=hub]")).not.toBeNull();
  expect(screen.getAllByRole("heading")).toHaveLength(1);
});
