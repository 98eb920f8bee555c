import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { show } from "../test/panel";
import { ActionsMenu } from "./ActionsMenu";

const rename = { name: "rename", label: "Rename", icon: "edit", onClick: vi.fn() };
const remove = { name: "delete", label: "Delete", icon: "delete", onClick: vi.fn(), disabled: true, apart: true };

async function opened() {
  const { user } = show(<ActionsMenu of="images" actions={[rename, remove]} />);
  expect(screen.queryByRole("menu")).toBeNull();
  await user.click(screen.getByRole("button", { name: "More actions for images" }));
  return user;
}

test("the dots show what can be done, and what is chosen is done once", async () => {
  const user = await opened();
  expect(screen.getAllByRole("menuitem").map((item) => item.textContent)).toEqual(["Rename", "Delete"]);
  await user.click(screen.getByRole("menuitem", { name: "Rename" }));
  expect(rename.onClick).toHaveBeenCalledOnce();
  expect(screen.queryByRole("menu")).toBeNull();
});

test("Esc leaves without doing anything", async () => {
  const user = await opened();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("menu")).toBeNull());
  expect(rename.onClick).not.toHaveBeenCalled();
});

test("what can't be done now is still to be seen, and stands apart", async () => {
  await opened();
  const item = screen.getByRole("menuitem", { name: "Delete" });
  expect(item.getAttribute("aria-disabled")).toBe("true");
  expect(item.previousElementSibling?.tagName).toBe("HR");
});
