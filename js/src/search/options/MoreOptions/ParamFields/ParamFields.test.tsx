import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { index } from "../../../../test/data";
import { show } from "../../../../test/panel";
import { WithSearch } from "../../../../test/search";
import { ParamFields } from "./ParamFields";

const params = (search_params: string[]) => {
  const graph = { ...index, search_params };
  return show(<WithSearch index={graph}>{(search) => <ParamFields search={search} index={graph} />}</WithSearch>);
};

test("each parameter of the index keeps what is typed for it", async () => {
  const { user } = params(["ef", "reorder_k"]);
  await user.type(screen.getByRole("textbox", { name: "Index parameter ef" }), "64");
  await user.type(screen.getByRole("textbox", { name: "Index parameter reorder_k" }), "9");
  expect(screen.getAllByRole<HTMLInputElement>("textbox").map(({ value }) => value)).toEqual(["64", "9"]);
});

test("what isn't a whole number is refused as it is typed", async () => {
  const { user } = params(["ef"]);
  await user.type(screen.getByRole("textbox"), "0.5");
  expect(screen.getByText("Type a whole number from 1.")).toBeTruthy();
  expect(screen.getByRole("textbox").getAttribute("aria-invalid")).toBe("true");
});

test("an index without parameters has none to type", () => {
  params([]);
  expect(screen.queryByRole("textbox")).toBeNull();
});
