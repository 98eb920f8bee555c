/** Numbers, dates and times in the person's locale. */

const numbers = new Intl.NumberFormat();
const tenths = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const scores = new Intl.NumberFormat(undefined, { minimumFractionDigits: 3, maximumFractionDigits: 3 });

/** 12345 -> "12,345" */
export function count(n: number): string {
  return numbers.format(n);
}

/** count with its noun: 1 -> "1 sample", 20 -> "20 samples" */
export function counted(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** A similarity or distance: 0.91249 -> "0.912" */
export function score(n: number): string {
  return scores.format(n);
}

/** 18 -> "18 s", 125 -> "2 min 5 s", 3720 -> "1 h 2 min" */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  const [big, small, names] =
    s < 3600
      ? [Math.floor(s / 60), s % 60, ["min", "s"]]
      : [Math.floor(s / 3600), Math.floor((s % 3600) / 60), ["h", "min"]];
  return small ? `${big} ${names[0]} ${small} ${names[1]}` : `${big} ${names[0]}`;
}

/** Items a second: 24.3 -> "24/s", 0.52 -> "0.5/s" */
export function rate(perSecond: number): string {
  return `${perSecond < 10 ? tenths.format(perSecond) : count(Math.round(perSecond))}/s`;
}

/** Milliseconds: 3.6 -> "3.6 ms" */
export function milliseconds(ms: number): string {
  return `${tenths.format(ms)} ms`;
}

/** A UTC time as a local date; Python may leave the zone out. */
export function date(iso: string): string {
  return local(iso, { dateStyle: "medium" });
}

/** A UTC time as a local date and time of day. */
export function dateTime(iso: string): string {
  return local(iso, { dateStyle: "medium", timeStyle: "short" });
}

function local(iso: string, style: Intl.DateTimeFormatOptions): string {
  const time = new Date(/(Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`);
  return Number.isNaN(time.getTime()) ? iso : time.toLocaleString(undefined, style);
}

/** "embedding" -> "Embedding" */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const SIZES = ["bytes", "kB", "MB", "GB", "TB"];

/** 353976522 -> "354 MB" */
export function bytes(n: number): string {
  const power = n < 1000 ? 0 : Math.min(SIZES.length - 1, Math.floor(Math.log10(n) / 3));
  const value = n / 1000 ** power;
  return `${value < 10 && power > 0 ? tenths.format(value) : count(Math.round(value))} ${SIZES[power]}`;
}

/** How long ago it was: "just now", "5 min ago", "3 h ago", "2 days ago", then its date. */
export function ago(iso: string, now = Date.now()): string {
  const seconds = (now - new Date(iso).getTime()) / 1000;
  if (Number.isNaN(seconds)) return iso;
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  const days = Math.floor(seconds / 86_400);
  if (days < 30) return `${counted(days, "day")} ago`;
  return date(iso);
}
