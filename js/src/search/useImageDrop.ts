import { useContext, useEffect, useRef, useState, type ChangeEvent, type ClipboardEvent } from "react";
import type { Index } from "../api/contract";
import { ScrollContext } from "../hooks/ScrollContext";
import { useStable } from "../hooks/useStable";
import { pictureChip, type Chip } from "./chips";

/** As `searching/uploads.py` has it. */
const MAX_BYTES = 8_000_000;
const TYPES = ["image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "image/tiff"];

/** Image files that are dropped on the panel, pasted or chosen, as chips. */
export function useImageDrop(index: Index, onChip: (chip: Chip) => void) {
  const [problem, setProblem] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const unable = index.model ? null : "This index has no model that embeds images.";

  const take = useStable(async (files: File[]) => {
    const refused = unable ?? refusal(files);
    setProblem(refused);
    if (refused) return;
    const [file] = files;
    onChip(pictureChip(await base64(file), file.type, file.name || "pasted"));
  });
  const over = useDragOver(take);
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

/** While something is dragged, the browser says so at least twice a second. */
const GONE_MILLISECONDS = 1_000;

/**
 * Takes what is dropped on the panel.
 *
 * @returns whether a file is dragged over the panel just now
 */
function useDragOver(onDrop: (files: File[]) => void): boolean {
  const panel = useContext(ScrollContext);
  const [over, setOver] = useState(false);
  useEffect(() => {
    let timer = 0;
    const light = (on: boolean) => {
      setOver(on);
      window.clearTimeout(timer);
      // no browser says for certain that a drag was given up
      if (on) timer = window.setTimeout(setOver, GONE_MILLISECONDS, false);
    };
    const isHere = (target: EventTarget | null) => target instanceof Node && Boolean(panel.current?.contains(target));
    const onDragOver = (event: DragEvent) => {
      const here = isHere(event.target);
      light(here && hasFiles(event));
      if (event.defaultPrevented || !event.dataTransfer) return;
      if (here ? isText(event) : !hasFiles(event)) return;
      // elsewhere the browser would leave the App to open the file
      event.preventDefault();
      event.dataTransfer.dropEffect = here ? "copy" : "none";
    };
    const onDragLeave = ({ relatedTarget }: DragEvent) => {
      if (!isHere(relatedTarget)) light(false);
    };
    const onEnd = () => light(false);
    const onDropped = (event: DragEvent) => {
      light(false);
      const here = isHere(event.target);
      if (event.defaultPrevented || (here ? isText(event) : !hasFiles(event))) return;
      event.preventDefault();
      if (here) onDrop([...(event.dataTransfer?.files ?? [])]);
    };
    document.addEventListener("dragenter", onDragOver);
    document.addEventListener("dragover", onDragOver);
    document.addEventListener("dragleave", onDragLeave);
    document.addEventListener("dragend", onEnd);
    document.addEventListener("drop", onDropped);
    return () => {
      window.clearTimeout(timer);
      document.removeEventListener("dragenter", onDragOver);
      document.removeEventListener("dragover", onDragOver);
      document.removeEventListener("dragleave", onDragLeave);
      document.removeEventListener("dragend", onEnd);
      document.removeEventListener("drop", onDropped);
    };
  }, [panel, onDrop]);
  return over;
}

const hasFiles = ({ dataTransfer }: DragEvent) => Boolean(dataTransfer?.types.includes("Files"));

/** Words that are dragged into a box for words. */
const isText = (event: DragEvent) => event.target instanceof HTMLInputElement && !hasFiles(event);

function refusal(files: File[]): string | null {
  const [file] = files;
  if (!file)
    return "Only image files can be dropped here. To search with samples of the grid, select them.";
  if (files.length > 1) return `Drop one image at a time: these were ${files.length} files.`;
  if (!TYPES.includes(file.type)) return `${file.name} is no image file. Take a JPEG, PNG, WebP, GIF, BMP or TIFF.`;
  return file.size > MAX_BYTES
    ? `This image has ${(file.size / 1e6).toFixed(1)} MB. Take one of at most 8 MB.`
    : null;
}

function base64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^data:[^,]*,/, ""));
    reader.onerror = () => reject(new Error("The image can't be read."));
    reader.readAsDataURL(file);
  });
}
