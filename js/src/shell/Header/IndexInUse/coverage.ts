import type { Index } from "../../../shared/api";
import { count } from "../../../shared/format";

/** "60 of 120 samples": how much of what there is an index holds, or holds too much of. */
export function coverage({ size, total, patches_field }: Index): string {
  const what = patches_field ? "patches" : "samples";
  if (size === null) return "size unknown";
  if (total === null || size === total) return `${count(size)} ${what}`;
  if (size > total) return `${count(size)} vectors, ${count(total)} ${what}`;
  return `${count(size)} of ${count(total)} ${what}`;
}

/** Whether something is missing from it, or left over. */
export function incomplete({ size, total }: Index): boolean {
  return size !== null && total !== null && size !== total;
}
