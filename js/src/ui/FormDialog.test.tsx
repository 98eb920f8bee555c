import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { absent, at, button, show } from "../test/panel";
import { FormDialog } from "./FormDialog";

const on = { onSubmit: vi.fn(), onClose: vi.fn() };

function asked(props = {}) {
  return show(
    <FormDialog title="Move images" action="Move" acting="Moving…" {...on} {...props}>
      <input aria-label="Address" />
    </FormDialog>,
  ).user;
}

test("Enter does what the button says, Esc leaves", async () => {
  const user = asked();
  expect(screen.getByRole("dialog", { name: "Move images" })).toBeTruthy();
  await user.type(screen.getByLabelText("Address"), "db{Enter}");
  expect(on.onSubmit).toHaveBeenCalledOnce();
  await user.keyboard("{Escape}");
  expect(on.onClose).toHaveBeenCalledOnce();
});

test("while it is done it is neither done again nor left", async () => {
  const user = asked({ busy: true });
  expect(button().textContent).toBe("Moving…");
  await user.type(screen.getByLabelText("Address"), "{Enter}{Escape}");
  expect(on.onSubmit).not.toHaveBeenCalled();
  expect(on.onClose).not.toHaveBeenCalled();
  expect(at<HTMLButtonElement>("milvus-confirm-cancel").disabled).toBe(true);
});

test("it can't be done before it is ready, but left", async () => {
  const user = asked({ ready: false });
  expect(button().disabled).toBe(true);
  await user.type(screen.getByLabelText("Address"), "{Enter}");
  expect(on.onSubmit).not.toHaveBeenCalled();
  await user.click(at("milvus-confirm-cancel"));
  expect(on.onClose).toHaveBeenCalledOnce();
});

test("a problem is shown, and can be tried again", async () => {
  const onRetry = vi.fn();
  const user = asked({ problem: "Milvus is away.", onRetry });
  expect(at("milvus-problem").textContent).toContain("Milvus is away.");
  await user.click(at("milvus-retry"));
  expect(onRetry).toHaveBeenCalledOnce();
});

test("what loses something has a red button", () => {
  asked({ danger: true });
  expect(button().className).toContain("Error");
});

test("what isn't open isn't there", () => {
  asked({ open: false });
  expect(absent("milvus-confirm")).toBe(true);
});
