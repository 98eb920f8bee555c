import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { show } from "../../../test/panel";
import { NoIndex } from "./NoIndex";

test("an index is made, or one that was exported is imported", async () => {
  const on = { onNew: vi.fn(), onImport: vi.fn() };
  const { user } = show(<NoIndex others={[]} {...on} />);
  await user.click(screen.getByRole("button", { name: "New index" }));
  expect([on.onNew, on.onImport].map(({ mock }) => mock.calls.length)).toEqual([1, 0]);
  await user.click(screen.getByRole("button", { name: /^Import/ }));
  expect([on.onNew, on.onImport].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
});
