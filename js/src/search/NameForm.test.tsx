import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { notify } from "../test/fiftyone";
import { at, show } from "../test/panel";
import { NameForm } from "./NameForm";

const call = vi.fn<(name: string) => Promise<{ message: string }>>();
const onClose = vi.fn();

const form = () => show(<NameForm title="Save view" label="Name of the view" {...{ call, onClose }} />).user;
const input = () => screen.getByRole<HTMLInputElement>("textbox", { name: "Name of the view" });
const save = () => screen.getByRole<HTMLButtonElement>("button", { name: "Save view" });

test("Enter takes the name without the spaces around it, and tells what was done", async () => {
  call.mockResolvedValue({ message: "Saved." });
  const user = form();
  expect(document.activeElement).toBe(input());
  await user.keyboard(" birds {Enter}");
  await waitFor(() => expect(onClose).toHaveBeenCalledOnce());
  expect(call.mock.calls).toEqual([["birds"]]);
  expect(notify).toHaveBeenCalledWith({ msg: "Saved.", variant: "success" });
});

test("no name is no name", async () => {
  const user = form();
  await user.keyboard("  {Enter}");
  expect(save().disabled).toBe(true);
  expect(call).not.toHaveBeenCalled();
});

test("a failure is shown, and what was typed stays", async () => {
  call.mockRejectedValue(new Error("There is a view of this name."));
  const user = form();
  await user.keyboard("birds{Enter}");
  await waitFor(() => expect(at("milvus-problem").textContent).toBe("There is a view of this name."));
  expect(input().value).toBe("birds");
  expect(onClose).not.toHaveBeenCalled();
});

test("Esc leaves", async () => {
  await form().keyboard("birds{Escape}");
  expect(onClose).toHaveBeenCalledOnce();
  expect(call).not.toHaveBeenCalled();
});
