import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { at, show } from "../../test/panel";
import { NoIndexYet } from "./NoIndexYet";

test("it says what an index is for, and how to get one", () => {
  show(
    <NoIndexYet name="none" title="No index yet">
      <button>New index</button>
    </NoIndexYet>,
  );
  expect(screen.getByRole("heading", { name: "No index yet" })).not.toBeNull();
  expect(at("none").textContent).toMatch(/^No index yetAn index keeps an embedding/);
  expect(at("none").contains(screen.getByRole("button", { name: "New index" }))).toBe(true);
});
