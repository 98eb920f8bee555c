import type { Job } from "../api/contract";
import { longJob } from "../api/longJobs";
import { rate } from "../ui/format";
import { strings } from "./strings";

/** Queued or running: worth asking again. */
export function isActive(job: Job): boolean {
  return job.state === "queued" || job.state === "running";
}

/** Whether it is worth a line. */
export function isNews(job: Job): boolean {
  return !longJob(job.operator)?.quiet || job.state !== "done";
}

/** Whether it has ended in a way that leaves nothing to do. */
export function fades(job: Job): boolean {
  return job.state === "done" || job.state === "cancelled";
}

/** Whether it can be paused now, and resumed later. */
export function canPause(job: Job): boolean {
  return job.state === "running" && job.can_pause;
}

/** 0 to 100, or null while the total is unknown. */
export function percent(job: Job): number | null {
  return job.total > 0 ? Math.min(100, (100 * job.done) / job.total) : null;
}

/** "120 / 538 · 24/s · 18 s left · 3 without a vector · bottleneck: embedding" */
export function progressLine(job: Job): string {
  const parts = [strings.amount(job.done, job.total)];
  if (job.rate !== null) parts.push(rate(job.rate));
  if (job.remaining !== null) parts.push(strings.left(job.remaining));
  if (job.failed > 0) parts.push(strings.failed(job.failed));
  if (job.bottleneck !== null) parts.push(strings.bottleneck(job.bottleneck));
  return parts.join(" · ");
}

/** The sentence for a job that has ended. */
export function outcome(job: Job): string {
  const amount = strings.of(job.done, Math.max(job.done, job.total), job.unit);
  if (job.state === "paused" && job.done > 0) return strings.paused(amount);
  if (job.message) return job.message;
  if (job.state === "failed") return strings.stopped(amount);
  if (job.state === "cancelled") return strings.cancelled(amount);
  return strings.done(amount);
}
