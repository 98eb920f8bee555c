import type { IndexHealth, Index } from "../api/contract";
import { count } from "../ui/format";
import { strings } from "./strings";

export interface Part {
  name: keyof typeof strings.healthParts;
  rows: number;
  color: string;
}

/** The parts of an index's bar, none of them empty. */
export function parts({ health, size, total }: Index): Part[] {
  const all = health ? compared(health) : counted(size, total);
  return all.filter((part) => part.rows > 0);
}

function compared(coverage: IndexHealth): Part[] {
  return [
    { name: "indexed", rows: coverage.current + coverage.unknown, color: "success.main" },
    { name: "missing", rows: coverage.missing, color: "grey.500" },
    { name: "stale", rows: coverage.stale, color: "warning.main" },
    { name: "orphaned", rows: coverage.orphaned, color: "error.main" },
  ];
}

/** Without a comparison: how many are indexed, and how many could be. */
function counted(size: number | null, total: number | null): Part[] {
  if (size === null || total === null) return [];
  return [
    { name: "indexed", rows: Math.min(size, total), color: "info.main" },
    { name: "missing", rows: Math.max(0, total - size), color: "grey.500" },
  ];
}

/** "58 indexed · 2 missing" */
export function describe(of: Part[]): string {
  return of.map(({ name, rows }) => `${count(rows)} ${strings.healthParts[name]}`).join(" · ");
}

/** What a sync would do; null if nothing. */
export function toSync({ missing, stale, orphaned, outdated }: IndexHealth): string | null {
  const things = [
    missing > 0 && strings.embedMissing(missing),
    stale > 0 && strings.embedStale(stale),
    orphaned > 0 && strings.deleteOrphaned(orphaned),
    outdated > 0 && strings.updateFilterValues(outdated),
  ].filter((thing) => thing !== false);
  return things.length > 0 ? strings.syncWould(things) : null;
}
