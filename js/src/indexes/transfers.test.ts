import { expect, test, vi } from "vitest";
import type { Api } from "../api/client";
import { download, upload } from "./transfers";

const BYTES = Uint8Array.from({ length: 1_000 }, (_, n) => n % 256);
const transfer = { token: "t1", part_bytes: 300, max_bytes: 10_000 };

/** A server that keeps what it is sent. */
function server() {
  const kept: number[] = [];
  const upload_part = vi.fn(async ({ start, data }: { start: number; data: string }) => {
    expect(start).toBe(kept.length);
    kept.push(...[...atob(data)].map((letter) => letter.charCodeAt(0)));
    return { size: kept.length };
  });
  const download_part = vi.fn(async ({ start }: { start: number }) => {
    const part = kept.slice(start, start + 300);
    return { data: btoa(String.fromCharCode(...part)), size: kept.length };
  });
  return { kept, api: { upload_part, download_part } as unknown as Api };
}

test("a file comes back as it was sent", async () => {
  const { kept, api } = server();
  const seen: number[] = [];
  expect(await upload(api, transfer, new Blob([BYTES]), ({ done }) => seen.push(done) > 0)).toBe(true);
  expect(kept).toEqual([...BYTES]);
  expect(seen).toEqual([0, 300, 600, 900, 1_000]);
  const back = await download(api, "t1", ({ done }) => seen.push(done) > 0);
  expect(seen.slice(5)).toEqual([300, 600, 900, 1_000]);
  expect(back?.size).toBe(1_000);
});

test("it stops when it is cancelled", async () => {
  const { kept, api } = server();
  expect(await upload(api, transfer, new Blob([BYTES]), ({ done }) => done < 600)).toBe(false);
  expect(kept).toHaveLength(600);
  expect(await download(api, "t1", ({ done }) => done < 300)).toBeNull();
});

test("a file that ends too early is no file", async () => {
  const api = { download_part: async () => ({ data: "", size: 10 }) } as unknown as Api;
  await expect(download(api, "t1", () => true)).rejects.toThrow("less than the whole file");
});
