import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { show } from "../test/panel";
import { Section } from "./Section";

test("a section is named by its title, and has its button and contents", () => {
  show(
    <Section title="Collections" action={<button>Clean up</button>}>
      <p>images_1</p>
    </Section>,
  );
  const section = within(screen.getByRole("region", { name: "Collections" }));
  expect(section.getByRole("heading", { name: "Collections" })).toBeTruthy();
  expect(section.getByRole("button", { name: "Clean up" })).toBeTruthy();
  expect(section.getByText("images_1")).toBeTruthy();
});
