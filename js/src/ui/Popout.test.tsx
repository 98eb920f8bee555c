import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { show } from "../test/panel";
import { Popout } from "./Popout";

const onToggle = vi.fn();

const popout = (open: boolean) => (
  <>
    <button>Elsewhere</button>
    <Popout title="Options" icon="tune" name="more" open={open} onToggle={onToggle}>
      <input aria-label="k" />
    </Popout>
  </>
);
const button = () => screen.getByRole("button", { name: "Options" });

test("what it has isn't there until it is asked for", async () => {
  const { user } = show(popout(false));
  expect(screen.queryByLabelText("k")).toBeNull();
  expect(button().getAttribute("aria-expanded")).toBe("false");
  await user.click(button());
  expect(onToggle.mock.calls).toEqual([[true]]);
});

test("the button says what it has opened", () => {
  show(popout(true));
  expect(button().getAttribute("aria-expanded")).toBe("true");
  const opened = document.getElementById(button().getAttribute("aria-controls") ?? "");
  expect(opened?.contains(screen.getByLabelText("k"))).toBe(true);
});

test.each(["{Escape}", "{Shift>}{Tab}{Tab}{/Shift}"])("%s closes it from inside", async (keys) => {
  const { user } = show(popout(true));
  screen.getByLabelText("k").focus();
  await user.keyboard(keys);
  expect(onToggle).toHaveBeenCalledWith(false);
});

test("a click elsewhere closes it, and inside it doesn't", async () => {
  const { user } = show(popout(true));
  await user.click(screen.getByLabelText("k"));
  expect(onToggle).not.toHaveBeenCalled();
  await user.click(screen.getByRole("button", { name: "Elsewhere" }));
  expect(onToggle).toHaveBeenCalledWith(false);
});

test("closed, it takes no notice of keys and clicks elsewhere", async () => {
  const { user } = show(popout(false));
  button().focus();
  await user.keyboard("{Escape}");
  await user.click(screen.getByRole("button", { name: "Elsewhere" }));
  expect(onToggle).not.toHaveBeenCalled();
});
