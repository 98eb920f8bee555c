import { useEffect, useRef, useState, type ChangeEvent, type ClipboardEvent } from "react";
import type { Index } from "../api/contract";
import { useFileDrop } from "../hooks/useFileDrop";
import { useStable } from "../hooks/useStable";
import { bytes } from "../ui/format";
import { imageChip, type Chip } from "./chips";
import { scaledImage } from "./scaledImage";
import { strings } from "./strings";

/** The limit of Python, too (`search/query_images.py`), for what can't be scaled down. */
const MAX_BYTES = 8_000_000;
/** What a browser is asked to read. */
const MAX_FILE_BYTES = 100_000_000;
const TYPES = ["image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "image/tiff"];

/** Files that were dropped on another tab. */
export interface DroppedFiles {
  files: File[] | null;
  onTaken: () => void;
}

/** Image files that are dropped on the panel, pasted or chosen, as chips. */
export function useImageDrop(index: Index, elsewhere: DroppedFiles, onChip: (chip: Chip) => void) {
  const [problem, setProblem] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const unable = index.model ? null : strings.noImageModel;

  const take = useStable(async (files: File[]) => {
    const refused = unable ?? refusal(files);
    setProblem(refused);
    if (refused) return;
    const file = await scaledImage(files[0]);
    if (file.size > MAX_BYTES) setProblem(tooLarge(file, MAX_BYTES));
    else onChip(imageChip(await base64(file), file.type, file.name || strings.pastedImage));
  });
  const over = useFileDrop(take);
  const { files, onTaken } = elsewhere;
  useEffect(() => {
    if (files === null) return;
    onTaken();
    void take(files);
  }, [files, onTaken, take]);
  return {
    over,
    unable,
    problem,
    dismiss: () => setProblem(null),
    open: () => input.current?.click(),
    inputProps: {
      ref: input,
      type: "file",
      accept: TYPES.join(),
      hidden: true,
      onChange: ({ target }: ChangeEvent<HTMLInputElement>) => {
        const files = [...(target.files ?? [])];
        target.value = ""; // the same file can be chosen again
        if (files.length > 0) void take(files);
      },
    },
    onPaste: (event: ClipboardEvent) => {
      const files = [...event.clipboardData.files];
      if (files.length === 0) return;
      event.preventDefault();
      void take(files);
    },
  };
}

function refusal(files: File[]): string | null {
  const [file] = files;
  if (!file)
    return strings.notAFile;
  if (files.length > 1) return strings.severalFiles(files.length);
  if (!TYPES.includes(file.type)) return strings.notAnImage(file.name);
  return file.size > MAX_FILE_BYTES ? tooLarge(file, MAX_FILE_BYTES) : null;
}

const tooLarge = ({ size }: File, limit: number) => strings.tooLarge(bytes(size), bytes(limit));

function base64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^data:[^,]*,/, ""));
    reader.onerror = () => reject(new Error(strings.unreadable));
    reader.readAsDataURL(file);
  });
}
