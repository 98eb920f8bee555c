import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import type { ClipboardEvent } from "react";
import { expect, test, vi } from "vitest";
import { index } from "../test/data";
import { show } from "../test/panel";
import { useImageDrop } from "./useImageDrop";

const onChip = vi.fn();

type Drop = ReturnType<typeof useImageDrop>;

/** What takes drops within the panel, beside something else of the page. */
function dropped(of = index) {
  const got: { drop?: Drop } = {};
  function Taker() {
    const drop = useImageDrop(of, { files: null, onTaken: vi.fn() }, onChip);
    got.drop = drop;
    return (
      <>
        <input {...drop.inputProps} data-cy="file" />
        <p>hint</p>
        <input aria-label="words" />
      </>
    );
  }
  render(<p>elsewhere</p>);
  show(<Taker />);
  return {
    now: () => got.drop as Drop,
    paste: (files: File[]) => {
      const preventDefault = vi.fn();
      const event = { clipboardData: { files }, preventDefault } as unknown as ClipboardEvent;
      act(() => got.drop?.onPaste(event));
      return preventDefault;
    },
  };
}

const png = (bytes: number) => new File([new Uint8Array(bytes)], "a.png", { type: "image/png" });
const text = new File(["hello"], "a.txt", { type: "text/plain" });
const data = (...files: File[]) => ({ dataTransfer: { files, types: files.length ? ["Files"] : ["text/uri-list"], dropEffect: "" } });
const hint = () => screen.getByText("hint");
const elsewhere = () => screen.getByText("elsewhere");

test("an image becomes a chip with its name, dropped anywhere on the panel or pasted", async () => {
  const { now, paste } = dropped();
  fireEvent.drop(hint(), data(png(3)));
  await waitFor(() => expect(onChip).toHaveBeenCalledOnce());
  expect(onChip.mock.calls[0][0]).toMatchObject({ term: { image: "AAAA" }, image: { name: "a.png" } });
  paste([png(3)]);
  await waitFor(() => expect(onChip).toHaveBeenCalledTimes(2));
  expect(now().problem).toBeNull();
});

test("the same file can be chosen twice", async () => {
  dropped();
  const input = document.querySelector<HTMLInputElement>('[data-cy="file"]');
  for (const times of [1, 2]) {
    fireEvent.change(input as HTMLInputElement, { target: { files: [png(3)] } });
    await waitFor(() => expect(onChip).toHaveBeenCalledTimes(times));
  }
});

test.each([
  ["an image that is too large", [png(101_000_000)], "This image is 101 MB. The limit is 100 MB."],
  ["another file", [text], "a.txt isn't an image file. Use a JPEG, PNG, WebP, GIF, BMP or TIFF."],
  ["two files", [png(3), png(3)], "Drop one image at a time: these were 2 files."],
  ["what is no file", [], "Only image files can be dropped here. To search with samples of the grid, select them."],
])("%s is refused in a sentence", (_, files, sentence) => {
  const { now } = dropped();
  expect(fireEvent.drop(hint(), data(...files))).toBe(false);
  expect(now().problem).toBe(sentence);
  act(() => now().dismiss());
  expect(now().problem).toBeNull();
  expect(onChip).not.toHaveBeenCalled();
});

test("a large image that the browser can't scale down is refused", async () => {
  vi.stubGlobal("createImageBitmap", () => Promise.reject(new Error("unreadable")));
  const { now } = dropped();
  fireEvent.drop(hint(), data(png(8_100_000)));
  await waitFor(() => expect(now().problem).toBe("This image is 8.1 MB. The limit is 8 MB."));
  expect(onChip).not.toHaveBeenCalled();
  vi.unstubAllGlobals();
});

test("it is lit while a file is over the panel, however the drag ends", () => {
  vi.useFakeTimers();
  const { now } = dropped();
  const leave = [
    () => fireEvent.dragEnter(elsewhere(), data(png(3))),
    () => fireEvent.dragLeave(hint(), data(png(3))),
    () => fireEvent.drop(hint(), data(text)),
    () => fireEvent.drop(elsewhere(), data(png(3))),
    () => fireEvent.dragEnd(hint()),
    () => act(() => void vi.advanceTimersByTime(1_000)),
  ];
  for (const left of leave) {
    fireEvent.dragEnter(hint(), data(png(3)));
    fireEvent.dragOver(hint(), data(png(3)));
    expect(now().over).toBe(true);
    left();
    expect(now().over).toBe(false);
  }
  fireEvent.dragOver(hint(), data());
  expect(now().over).toBe(false);
  vi.useRealTimers();
});

test("a file that misses the panel doesn't open in place of the App", () => {
  dropped();
  expect(fireEvent.dragOver(elsewhere(), data(png(3)))).toBe(false);
  expect(fireEvent.drop(elsewhere(), data(png(3)))).toBe(false);
  expect(fireEvent.drop(elsewhere(), data())).toBe(true);
  expect(onChip).not.toHaveBeenCalled();
});

test("an index without a model takes none", () => {
  const { now } = dropped({ ...index, model: null });
  fireEvent.drop(hint(), data(png(3)));
  expect(now().problem).toBe(now().unable);
  expect(now().problem).toContain("no model");
  expect(onChip).not.toHaveBeenCalled();
});

test("words are pasted and dropped into a box as ever", () => {
  const { now, paste } = dropped();
  expect(paste([])).not.toHaveBeenCalled();
  expect(fireEvent.drop(screen.getByLabelText("words"), data())).toBe(true);
  expect(now().problem).toBeNull();
});
