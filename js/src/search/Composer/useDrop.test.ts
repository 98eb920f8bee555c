import { act, renderHook, waitFor } from "@testing-library/react";
import type { ClipboardEvent } from "react";
import { expect, test, vi } from "vitest";
import { index } from "../../test/data";
import { useDrop } from "./useDrop";

const onChip = vi.fn();

/** Pastes a file, or something that is none. */
function pasted(file?: File, of = index) {
  const { result } = renderHook(() => useDrop(of, onChip));
  const preventDefault = vi.fn();
  const event = { clipboardData: { files: file ? [file] : [] }, preventDefault };
  act(() => result.current.onPaste(event as unknown as ClipboardEvent));
  return { result, preventDefault };
}

const png = (bytes: number) => new File([new Uint8Array(bytes)], "a.png", { type: "image/png" });

test("a picture becomes a chip with its name", async () => {
  pasted(png(3));
  await waitFor(() => expect(onChip).toHaveBeenCalledOnce());
  expect(onChip.mock.calls[0][0]).toMatchObject({ term: { picture: "AAAA" }, picture: { name: "a.png" } });
});

test("a picture that is too large is refused with its size", () => {
  const { result } = pasted(png(8_100_000));
  expect(result.current.problem).toBe("This picture has 8.1 MB. Take one of at most 8 MB.");
  expect(onChip).not.toHaveBeenCalled();
});

test("an index without a model takes none", () => {
  const { result } = pasted(png(3), { ...index, model: null });
  expect(result.current.problem).toBe(result.current.unable);
  expect(result.current.problem).toContain("no model");
  expect(onChip).not.toHaveBeenCalled();
});

test("text is pasted as ever", () => {
  const { result, preventDefault } = pasted();
  expect(preventDefault).not.toHaveBeenCalled();
  expect(result.current.problem).toBeNull();
});
