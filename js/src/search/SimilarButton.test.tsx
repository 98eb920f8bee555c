import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { show } from "../test/panel";
import { SimilarButton } from "./SimilarButton";

test.each([
  [false, "More like this"],
  [true, "Less like this"],
])("negative is %s: %s", async (negative, words) => {
  const onClick = vi.fn();
  const { user } = show(<SimilarButton name="1. bird" tabIndex={-1} {...{ negative, onClick }} />);
  const button = screen.getByRole("button", { name: `${words}: 1. bird` });
  expect(button.title).toBe(words);
  expect(button.tabIndex).toBe(-1);
  await user.click(button);
  expect(onClick).toHaveBeenCalledOnce();
});
