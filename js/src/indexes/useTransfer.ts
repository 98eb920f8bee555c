import { useEffect, useRef, useState } from "react";
import { useApi } from "../api/client";
import type { Transfer } from "../api/contract";
import { useCall } from "../api/useCall";
import { bytes } from "../ui/format";
import { strings } from "./strings";
import { download, save, upload, type Progress } from "./transfers";

/** A download or an upload of an exported index. It goes on while another tab is shown, and ends with the panel. */
export function useTransfer() {
  const api = useApi();
  const [progress, setProgress] = useState<Progress | null>(null);
  const stopped = useRef(false);
  const { run, busy, problem, dismiss } = useCall();
  useEffect(
    () => () => {
      stopped.current = true;
    },
    [],
  );
  const report = (next: Progress) => {
    setProgress(next);
    return !stopped.current;
  };
  const begin = () => {
    stopped.current = false;
    return api.begin_transfer();
  };
  const end = (token: string) => {
    setProgress(null);
    // it is deleted later, where this fails
    api.end_transfer({ token }).catch(() => undefined);
  };
  return {
    progress,
    busy,
    problem,
    dismiss,
    stop: () => {
      stopped.current = true;
    },
    /** Begins a download; its file is made next. */
    prepare: (onReady: (token: string) => void) => run(begin, ({ token }) => onReady(token)),
    /** Downloads the file that was made, and says whether it was all of it. */
    download: (token: string, name: string, onDone: (whole: boolean) => void) =>
      run(
        async () => {
          try {
            const blob = await download(api, token, report);
            if (blob) save(blob, name);
            return blob !== null;
          } finally {
            end(token);
          }
        },
        onDone,
      ),
    /** Uploads a file, to be used next. */
    upload: (file: File, onUploaded: (token: string) => void) =>
      run(
        async () => {
          const transfer = await begin();
          const whole = await sent(transfer, file).catch((error: unknown) => {
            end(transfer.token);
            throw error;
          });
          setProgress(null);
          if (!whole) end(transfer.token);
          return whole ? transfer.token : null;
        },
        (token) => token && onUploaded(token),
      ),
  };

  async function sent(transfer: Transfer, file: File): Promise<boolean> {
    if (file.size === 0) throw new Error(strings.emptyFile(file.name));
    if (file.size > transfer.max_bytes) throw new Error(strings.tooLarge(file.name, bytes(transfer.max_bytes)));
    return upload(api, transfer, file, report);
  }
}
