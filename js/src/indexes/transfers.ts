import type { Api } from "../api/client";
import type { Transfer } from "../api/contract";
import { strings } from "./strings";

/** How many bytes of how many are there. */
export interface Progress {
  done: number;
  all: number;
}

/** Takes the progress, and says whether to go on. */
type Report = (progress: Progress) => boolean;

/** Sends a file in parts; false if it was stopped. */
export async function upload(api: Api, { token, part_bytes }: Transfer, file: Blob, report: Report): Promise<boolean> {
  let start = 0;
  while (start < file.size) {
    if (!report({ done: start, all: file.size })) return false;
    const data = await toBase64(file.slice(start, start + part_bytes));
    start = (await api.upload_part({ token, start, data })).size;
  }
  return report({ done: start, all: file.size });
}

/** Receives a file in parts; null if it was stopped, or nothing was exported. */
export async function download(api: Api, token: string, report: Report): Promise<Blob | null> {
  const parts: Blob[] = [];
  let [done, all] = [0, Infinity];
  while (done < all) {
    const { data, size } = await api.download_part({ token, start: done });
    if (size === 0) return null;
    const part = fromBase64(data);
    if (part.size === 0) throw new Error(strings.broken);
    parts.push(part);
    [done, all] = [done + part.size, size];
    if (!report({ done, all })) return null;
  }
  return new Blob(parts, { type: "application/octet-stream" });
}

/** Has the browser save a file. */
export function save(blob: Blob, name: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // not at once: the browser may not have begun to read it
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function toBase64(blob: Blob): Promise<string> {
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error ?? new Error(reader.result as string));
    reader.readAsDataURL(blob);
  });
  return url.slice(url.indexOf(",") + 1);
}

/** As a Blob, which the browser may keep on disk. */
function fromBase64(data: string): Blob {
  return new Blob([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))]);
}
