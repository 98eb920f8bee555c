import { useContext, useEffect, useRef, useState, type ChangeEvent, type ClipboardEvent } from "react";
import type { Index } from "../api/contract";
import { ScrollContext } from "../hooks/ScrollContext";
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

/** Image files that are dropped on the panel, pasted or chosen, as chips. */
export function useImageDrop(index: Index, onChip: (chip: Chip) => void) {
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
    const highlight = (on: boolean) => {
      setOver(on);
      window.clearTimeout(timer);
      // browsers don't reliably report that a drag was cancelled
      if (on) timer = window.setTimeout(setOver, GONE_MILLISECONDS, false);
    };
    const isHere = (target: EventTarget | null) => target instanceof Node && Boolean(panel.current?.contains(target));
    const onDragOver = (event: DragEvent) => {
      const here = isHere(event.target);
      highlight(here && hasFiles(event));
      if (event.defaultPrevented || !event.dataTransfer) return;
      if (here ? isText(event) : !hasFiles(event)) return;
      // elsewhere the browser would leave the App to open the file
      event.preventDefault();
      event.dataTransfer.dropEffect = here ? "copy" : "none";
    };
    const onDragLeave = ({ relatedTarget }: DragEvent) => {
      if (!isHere(relatedTarget)) highlight(false);
    };
    const onEnd = () => highlight(false);
    const onDropped = (event: DragEvent) => {
      highlight(false);
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

/** A text that is dragged into a text box. */
const isText = (event: DragEvent) => event.target instanceof HTMLInputElement && !hasFiles(event);

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
