/** Types that several parts of the contract use. */

/** An answer that says only that it was done. */
export type Nothing = Record<string, never>;

/** A sentence that says what was done. */
export interface Message {
  message: string;
}

/** The part of the dataset to work on. */
export type Scope = "dataset" | "view" | "selected";
