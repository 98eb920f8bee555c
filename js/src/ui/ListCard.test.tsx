import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { show } from "../test/panel";
import { ListCard } from "./ListCard";

test("it is a list's item of its name, whole where it is cut, with what can be done beside it", () => {
  show(
    <ListCard name="a long name" cy="it" height={80} actions={<button>Drop</button>}>
      12 rows
    </ListCard>,
  );
  const card = within(screen.getByRole("listitem", { name: "a long name" }));
  const heading = card.getByRole("heading", { name: "a long name" });
  expect(heading.title).toBe("a long name");
  expect(heading.parentElement?.contains(card.getByRole("button", { name: "Drop" }))).toBe(true);
  expect(card.getByText("12 rows")).not.toBeNull();
});
