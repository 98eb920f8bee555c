import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Index } from "../api/contract";
import { index } from "../test/data";
import { show } from "../test/panel";
import { WithSearch } from "../test/search";
import { FilterFields } from "./FilterFields";

const filtered: Index = {
  ...index,
  filter_fields: [
    { name: "split", kind: "text" },
    { name: "score", kind: "number" },
    { name: "night", kind: "boolean" },
  ],
};

const fields = () =>
  show(<WithSearch index={filtered}>{(search) => <FilterFields search={search} index={filtered} />}</WithSearch>).user;
const text = (name: string) => screen.getByRole<HTMLInputElement>("textbox", { name: `Only where ${name} is` });

test("each field keeps what is typed for it", async () => {
  const user = fields();
  await user.type(text("split"), "train, test");
  await user.type(text("score"), "1..2");
  const night = screen.getByRole<HTMLSelectElement>("combobox", { name: "Only where night is" });
  await user.selectOptions(night, "yes");
  expect([text("split").value, text("score").value, night.value]).toEqual(["train, test", "1..2", "yes"]);
  expect(text("score").getAttribute("aria-invalid")).toBe("false");
});

test("a number that isn't one is refused as it is typed", async () => {
  const user = fields();
  await user.type(text("score"), "a lot");
  expect(screen.getByText(/^Enter numbers/)).toBeTruthy();
  expect(text("score").getAttribute("aria-invalid")).toBe("true");
});
