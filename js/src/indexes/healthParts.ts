import type { Coverage, Index } from "../api/contract";
import { count } from "../ui/format";

export interface Part {
  name: string;
  rows: number;
  color: string;
}

/** What of an index is true, and what isn't: the parts of its bar, none of them empty. */
export function parts({ coverage, size, total }: Index): Part[] {
  const all = coverage ? compared(coverage) : counted(size, total);
  return all.filter((part) => part.rows > 0);
}

function compared(coverage: Coverage): Part[] {
  return [
    { name: "indexed", rows: coverage.current + coverage.unknown, color: "success.main" },
    { name: "missing", rows: coverage.missing, color: "grey.500" },
    { name: "stale", rows: coverage.stale, color: "warning.main" },
    { name: "orphaned", rows: coverage.orphaned, color: "error.main" },
  ];
}

/** Before anybody compared: as many as there are, of as many as there could be. */
function counted(size: number | null, total: number | null): Part[] {
  if (size === null || total === null) return [];
  return [
    { name: "indexed", rows: Math.min(size, total), color: "info.main" },
    { name: "missing", rows: Math.max(0, total - size), color: "grey.500" },
  ];
}

/** "58 indexed · 2 missing" */
export function told(of: Part[]): string {
  return of.map(({ name, rows }) => `${count(rows)} ${name}`).join(" · ");
}

/** What a sync would do, in a sentence; null if nothing. */
export function toSync({ missing, stale, orphaned, outdated }: Coverage): string | null {
  const things = [
    missing > 0 && `embed ${count(missing)} missing`,
    stale > 0 && `embed ${count(stale)} stale again`,
    orphaned > 0 && `remove ${count(orphaned)} orphaned`,
    outdated > 0 && `update the filter values of ${count(outdated)}`,
  ].filter((thing) => thing !== false);
  return things.length > 0 ? `Sync would ${joined(things)}.` : null;
}

function joined(things: string[]): string {
  return things.length < 2 ? things.join() : `${things.slice(0, -1).join(", ")} and ${things.at(-1)}`;
}
