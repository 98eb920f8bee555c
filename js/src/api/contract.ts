/**
 * What the panel's Python methods take and give: `takes` their parameters, `gives` their
 * answer. `tests/integration/test_panel.py` holds real answers against it.
 */
import type { FindMethods, FindOperators, ReviewOperators } from "./findContract";
import type { HistoryMethods } from "./historyContract";
import type { Index, IndexMethods, IndexOperators, Move, OtherIndex } from "./indexesContract";
import type { Job, JobMethods } from "./jobsContract";
import type { SearchMethods } from "./searchContract";
import type { Server, ServerMethods, ServerOperators } from "./serverContract";
import type { TransferMethods } from "./transferContract";

export type * from "./buildContract";
export type * from "./findContract";
export type * from "./historyContract";
export type * from "./indexesContract";
export type * from "./jobsContract";
export type * from "./resultContract";
export type * from "./searchContract";
export type * from "./serverContract";
export type * from "./sharedContract";
export type * from "./transferContract";

export interface Overview {
  /** samples is null until they are counted */
  dataset: { name: string; samples: number | null };
  /** null until it was asked, and with it how large the indexes are */
  server: Server | null;
  indexes: Index[];
  /** the dataset's similarity indexes of other backends */
  other_indexes: OtherIndex[];
  /** where exports are, in words */
  export_folder: string;
  move: Move;
  jobs: Job[];
  can_delegate: boolean;
}

export interface Methods
  extends SearchMethods,
    HistoryMethods,
    FindMethods,
    IndexMethods,
    TransferMethods,
    JobMethods,
    ServerMethods {
  /** The overview without what takes time: the panel is drawn from it first. */
  first_overview: { gives: Overview };
  overview: { gives: Overview };
}

/** The operators that the panel runs, with what it uses of their answers. */
export interface Operators extends IndexOperators, FindOperators, ReviewOperators, ServerOperators {}
