import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { at, show } from "../test/panel";
import { TextInput } from "./TextInput";

const onChange = vi.fn();
const props = { label: "Address", name: "address", value: "db", hint: "Without a password", onChange };

test("what is typed is reported letter by letter", async () => {
  const { user } = show(<TextInput {...props} />);
  await user.type(screen.getByRole("textbox", { name: "Address" }), "2");
  expect(onChange.mock.calls).toEqual([["db2"]]);
});

test("nobody completes or corrects it", () => {
  show(<TextInput {...props} />);
  expect(at("address").getAttribute("autocomplete")).toBe("off");
  expect(at("address").getAttribute("spellcheck")).toBe("false");
});

test("a number has the keys for it", () => {
  show(<TextInput {...props} numeric />);
  expect(at("address").getAttribute("inputmode")).toBe("numeric");
});

test("a problem replaces the hint", () => {
  const { rerender } = show(<TextInput {...props} />);
  expect(screen.getByText("Without a password")).toBeTruthy();
  rerender(<TextInput {...props} error="An address has no spaces." />);
  expect(screen.getByText("An address has no spaces.")).toBeTruthy();
  expect(screen.queryByText("Without a password")).toBeNull();
  expect(at("address").getAttribute("aria-invalid")).toBe("true");
});
