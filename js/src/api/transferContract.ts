/** How exported indexes come from the browser, and go to it. */
import type { Nothing } from "./sharedContract";

/** A file on its way between the browser and the server. */
export interface Transfer {
  token: string;
  /** the most that a part may have, before it is base64 */
  part_bytes: number;
  /** the most that an upload may have */
  max_bytes: number;
}

/** The methods of `panels/indexes_tab.py` for files. */
export interface TransferMethods {
  begin_transfer: { gives: Transfer };
  /** Adds a part, as base64, that starts where the last one ended; gives the bytes that are there. */
  upload_part: { takes: { token: string; start: number; data: string }; gives: { size: number } };
  /** Gives a part, as base64, and the bytes of the whole file; 0 if nothing was exported. */
  download_part: { takes: { token: string; start: number }; gives: { data: string; size: number } };
  /** Deletes the file on the server. */
  end_transfer: { takes: { token: string }; gives: Nothing };
}
