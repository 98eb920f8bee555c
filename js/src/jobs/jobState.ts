import { longJob } from "../api/longJobs";
import type { Job } from "../api/contract";
import { capital, count, duration, rate } from "../ui/format";

/** What each operator is doing, in a word. */
const DOING: Record<string, string> = {
  compute_index: "Building",
  sync_index: "Syncing",
  index_health: "Checking",
  move_index: "Moving",
  export_index: "Exporting",
  import_index: "Importing",
};
const PAUSABLE = ["compute_index", "sync_index"];

/** Queued or running: worth asking again. */
export function isActive(job: Job): boolean {
  return job.state === "queued" || job.state === "running";
}

/** Worth a line. Of a comparison that went well the index's card has the numbers. */
export function isNews(job: Job): boolean {
  return !longJob(job.operator)?.quiet || job.state !== "done";
}

/** Whether it can be stopped now, and go on later where it was. */
export function canPause(job: Job): boolean {
  return job.state === "running" && PAUSABLE.includes(job.operator);
}

export function doing(job: Job): string {
  return DOING[job.operator] ?? "Working";
}

/** 0 to 100, or null while nobody knows how much there is. */
export function percent(job: Job): number | null {
  return job.total > 0 ? Math.min(100, (100 * job.done) / job.total) : null;
}

/** "120 / 538 · 24/s · 18 s left · 3 gave no vector · embedding sets the pace" */
export function progressLine(job: Job): string {
  const parts = [job.total > 0 ? `${count(job.done)} / ${count(job.total)}` : count(job.done)];
  if (job.rate !== null) parts.push(rate(job.rate));
  if (job.remaining !== null) parts.push(`${duration(job.remaining)} left`);
  if (job.failed > 0) parts.push(`${count(job.failed)} gave no vector`);
  if (job.pace !== null) parts.push(`${job.pace} sets the pace`);
  return parts.join(" · ");
}

/** The sentence for a job that ended. */
export function outcome(job: Job): string {
  const amount = `${count(job.done)} of ${count(Math.max(job.done, job.total))} ${job.unit}`;
  if (job.state === "paused" && job.done > 0) return `Paused after ${amount}. What is done can be searched.`;
  if (job.message) return job.message;
  if (job.state === "failed") return `It stopped after ${amount}.`;
  if (job.state === "cancelled") return `Cancelled after ${amount}.`;
  return `${capital(amount)} done.`;
}
