const numbers = new Intl.NumberFormat("en");

/** 12345 -> "12,345" */
export function count(n: number): string {
  return numbers.format(n);
}

/** count with its noun: 1 -> "1 sample", 20 -> "20 samples" */
export function counted(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? "" : "s"}`;
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
  return `${perSecond < 10 ? Number(perSecond.toFixed(1)) : count(Math.round(perSecond))}/s`;
}

/** A UTC time as a local date; Python may leave the zone out. */
export function date(iso: string): string {
  return local(iso, { dateStyle: "medium" });
}

/** A UTC time as a local date and time of day. */
export function moment(iso: string): string {
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
