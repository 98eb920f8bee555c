import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { show } from "../../test/panel";
import { Tabs } from "./Tabs";

const onChange = vi.fn();

test("there is a tab for each place, and one of them is chosen", () => {
  show(<Tabs place="indexes" onChange={onChange} />);
  expect(screen.getAllByRole("tab").map(({ textContent }) => textContent)).toEqual(["Search", "Indexes", "Server"]);
  expect(screen.getByRole("tab", { selected: true }).textContent).toBe("Indexes");
});

test("a click goes to a place, and so does an arrow key", async () => {
  const { user } = show(<Tabs place="indexes" onChange={onChange} />);
  await user.click(screen.getByRole("tab", { name: "Server" }));
  expect(onChange).toHaveBeenLastCalledWith("server");
  screen.getByRole("tab", { name: "Indexes" }).focus();
  await user.keyboard("{ArrowLeft}");
  expect(onChange).toHaveBeenLastCalledWith("search");
});
