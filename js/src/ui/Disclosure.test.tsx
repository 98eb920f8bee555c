import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { show } from "../test/panel";
import { Disclosure } from "./Disclosure";

const onToggle = vi.fn();

const folded = (open: boolean) => (
  <Disclosure title="More options" name="more" open={open} onToggle={onToggle}>
    <input aria-label="k" />
  </Disclosure>
);
const title = () => screen.getByRole("button", { name: "More options" });

test("what is folded isn't there until it is asked for", async () => {
  const { user } = show(folded(false));
  expect(screen.queryByLabelText("k")).toBeNull();
  expect(title().getAttribute("aria-expanded")).toBe("false");
  await user.click(title());
  expect(onToggle.mock.calls).toEqual([[true]]);
});

test("the title says what it has unfolded", () => {
  show(folded(true));
  expect(title().getAttribute("aria-expanded")).toBe("true");
  const unfolded = document.getElementById(title().getAttribute("aria-controls") ?? "");
  expect(unfolded?.contains(screen.getByLabelText("k"))).toBe(true);
});

test("Esc folds it from anywhere inside, and unfolds nothing", async () => {
  const { user, rerender } = show(folded(true));
  await user.type(screen.getByLabelText("k"), "{Escape}");
  expect(onToggle.mock.calls).toEqual([[false]]);
  rerender(folded(false));
  title().focus();
  await user.keyboard("{Escape}");
  expect(onToggle).toHaveBeenCalledTimes(1);
});
