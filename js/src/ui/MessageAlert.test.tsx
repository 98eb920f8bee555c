import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { at, show } from "../test/panel";
import { MessageAlert } from "./MessageAlert";

test.each([null, undefined, ""])("without a message (%s) there is nothing", (message) => {
  show(<MessageAlert message={message} />);
  expect(screen.queryByRole("alert")).toBeNull();
});

test("what went wrong is an error that can be tried again", async () => {
  const onRetry = vi.fn();
  const { user } = show(<MessageAlert message="Milvus is away." onRetry={onRetry} />);
  expect(screen.getByRole("alert").textContent).toContain("Milvus is away.");
  expect(screen.getByRole("alert").className).toContain("Error");
  await user.click(screen.getByRole("button", { name: "Retry" }));
  expect(onRetry).toHaveBeenCalledOnce();
});

test("a warning has its own name, and can be dismissed", async () => {
  const onClose = vi.fn();
  const { user } = show(<MessageAlert name="misfit" severity="warning" message="4 of 5 ids" onClose={onClose} />);
  expect(at("misfit").className).toContain("Warning");
  await user.click(screen.getByRole("button", { name: "Dismiss" }));
  expect(onClose).toHaveBeenCalledOnce();
});
