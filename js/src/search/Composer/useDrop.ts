import { useState, type ClipboardEvent } from "react";
import { useDropzone } from "react-dropzone";
import type { Index } from "../../shared/api";
import { pictureChip, type Chip } from "../chips";

/** As `searching/uploads.py` has it. */
const MAX_BYTES = 8_000_000;
const TYPES = ["image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "image/tiff"];
const ACCEPT = Object.fromEntries(TYPES.map((type) => [type, []]));

/** Pictures that are dropped, pasted or chosen, as chips. */
export function useDrop(index: Index, onChip: (chip: Chip) => void) {
  const [problem, setProblem] = useState<string | null>(null);
  const unable = index.model ? null : "This index has no model that embeds pictures.";

  const take = async (file: File | undefined) => {
    const refused = unable ?? (file ? refusal(file) : NO_PICTURE);
    setProblem(refused);
    if (refused || !file) return;
    onChip(pictureChip(await base64(file), file.type, file.name || "pasted"));
  };
  const zone = useDropzone({
    accept: ACCEPT,
    multiple: false,
    noClick: true,
    noKeyboard: true,
    onDrop: (accepted, rejected) => void take(accepted[0] ?? rejected[0]?.file),
  });
  return {
    props: zone.getRootProps({ role: undefined, tabIndex: undefined }),
    inputProps: zone.getInputProps(),
    open: zone.open,
    over: zone.isDragActive,
    unable,
    problem,
    onPaste: (event: ClipboardEvent) => {
      const [file] = event.clipboardData.files;
      if (!file) return;
      event.preventDefault();
      void take(file);
    },
  };
}

const NO_PICTURE = "Drop a picture's file: JPEG, PNG, WebP, GIF, BMP or TIFF.";

function refusal(file: File): string | null {
  if (!TYPES.includes(file.type)) return NO_PICTURE;
  return file.size > MAX_BYTES
    ? `This picture has ${(file.size / 1e6).toFixed(1)} MB. Take one of at most 8 MB.`
    : null;
}

function base64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^data:[^,]*,/, ""));
    reader.onerror = () => reject(new Error("The picture can't be read."));
    reader.readAsDataURL(file);
  });
}
