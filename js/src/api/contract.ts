/**
 * What the panel's Python methods take and give: `takes` their parameters, `gives` their
 * answer. `tests/integration/test_panel.py` holds real answers against it.
 */
import type { Index, IndexMethods, IndexOperations, Job, Move, OtherIndex } from "./indexesContract";
import type { SearchMethods } from "./searchContract";
import type { Server, ServerMethods, ServerOperations } from "./serverContract";

/** An answer that says only that it was done. */
export type Nothing = Record<string, never>;

export interface Overview {
  dataset: { name: string; samples: number };
  server: Server;
  indexes: Index[];
  /** the dataset's similarity indexes of other backends */
  other_indexes: OtherIndex[];
  /** where exports are, in words */
  export_folder: string;
  move: Move;
  jobs: Job[];
  can_delegate: boolean;
}

export interface Methods extends SearchMethods, IndexMethods, ServerMethods {
  overview: { gives: Overview };
}

/** Operators that answer at once, with what the panel uses of their answers. */
export interface Operations extends IndexOperations, ServerOperations {}
