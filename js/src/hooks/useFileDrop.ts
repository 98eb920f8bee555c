import { useContext, useEffect, useState } from "react";
import { ScrollContext } from "./ScrollContext";

/** While something is dragged, the browser says so at least twice a second. */
const GONE_MILLISECONDS = 1_000;

/**
 * Takes what is dropped on the panel.
 *
 * @returns whether a file is dragged over the panel just now
 */
export function useFileDrop(onDrop: (files: File[]) => void): boolean {
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
