import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { show } from "../test/panel";
import { PrimaryButton } from "./PrimaryButton";

const BLACK = "#000";
const color = () => getComputedStyle(screen.getByRole("button")).color;

test("what it says is black on its colour, until it is disabled", () => {
  const { rerender } = show(<PrimaryButton>Build</PrimaryButton>);
  expect(color()).toBe(BLACK);
  rerender(<PrimaryButton disabled>Build</PrimaryButton>);
  expect(color()).not.toBe(BLACK);
});

test("it does what a button does, and takes a style of one's own", async () => {
  const go = vi.fn();
  const { user } = show(
    <PrimaryButton onClick={go} sx={{ marginTop: "7px" }}>
      Search
    </PrimaryButton>,
  );
  await user.click(screen.getByRole("button", { name: "Search" }));
  expect(go).toHaveBeenCalledOnce();
  expect(getComputedStyle(screen.getByRole("button")).marginTop).toBe("7px");
});
