import type { Histogram } from "../api/contract";

/** How many results are in the first bins; the first result is always kept. */
export function kept({ ends }: Histogram, bins: number): number {
  return ends[Math.max(1, bins) - 1];
}

/** The fewest bins that hold so many results. */
export function binsOf(histogram: Histogram, keep: number): number {
  const bins = histogram.counts.length;
  for (let n = 1; n < bins; n++) if (kept(histogram, n) >= keep) return n;
  return bins;
}

/** The score at which so many bins end. */
export function edge({ first, last, counts }: Histogram, bins: number): number {
  return first + ((last - first) * bins) / counts.length;
}

/** Evenly spaced scores, the worst first. */
export function ticks({ first, last }: Histogram, n = 5): number[] {
  return Array.from({ length: n }, (_, at) => last + ((first - last) * at) / (n - 1));
}
