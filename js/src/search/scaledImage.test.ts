import { afterEach, expect, test, vi } from "vitest";
import { scaledImage } from "./scaledImage";

const drawImage = vi.fn();
const canvas = { width: 0, height: 0, getContext: () => ({ drawImage }), toBlob: vi.fn() };
const bitmap = (width: number, height: number) => ({ width, height, close: vi.fn() });
const file = (bytes: number, type = "image/jpeg") => new File([new Uint8Array(bytes)], "a.jpg", { type });

function browserReads(image: object | null, scaledBytes = 10) {
  const create = vi.fn(() => (image ? Promise.resolve(image) : Promise.reject(new Error("unreadable"))));
  vi.stubGlobal("createImageBitmap", create);
  vi.spyOn(document, "createElement").mockReturnValue(canvas as unknown as HTMLElement);
  canvas.toBlob.mockImplementation((take: (blob: Blob) => void, type: string) => take(new Blob([new Uint8Array(scaledBytes)], { type })));
  return create;
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test("a small file is sent as it is", async () => {
  const create = browserReads(bitmap(9_000, 9_000));
  const small = file(2_000_000);
  expect(await scaledImage(small)).toBe(small);
  expect(create).not.toHaveBeenCalled();
});

test("a large image is scaled down, upright, in its proportions", async () => {
  const create = browserReads(bitmap(4_000, 3_000));
  const scaled = await scaledImage(file(5_000_000));
  expect([scaled.size, scaled.type, scaled.name]).toEqual([10, "image/jpeg", "a.jpg"]);
  expect([canvas.width, canvas.height]).toEqual([1_024, 768]);
  expect(create).toHaveBeenCalledWith(expect.anything(), { imageOrientation: "from-image" });
});

test("what may be transparent is a PNG, and a line keeps a pixel", async () => {
  browserReads(bitmap(90_000, 4));
  expect((await scaledImage(file(5_000_000, "image/webp"))).type).toBe("image/png");
  expect([canvas.width, canvas.height]).toEqual([1_024, 1]);
});

test.each([
  ["the browser can't read", null, 10],
  ["would not get smaller", bitmap(500, 500), 6_000_000],
])("a file that %s is sent as it is", async (_, image, bytes) => {
  browserReads(image, bytes);
  const large = file(5_000_000);
  expect(await scaledImage(large)).toBe(large);
});
