/** What the panel says of long jobs. */
import { capital, count, duration } from "../ui/format";

export const strings = {
  jobs: "Jobs",
  waiting: (label: string) => `${label}: waiting for a worker`,
  phase: (label: string, phase: string) => `${label}: ${capital(phase)}`,
  onWorker: "on a worker",
  startWorker: "It starts when a worker runs:",
  workerCommand: "fiftyone delegated launch",
  progress: (key: string) => `Progress of ${key}`,
  pausing: "Pausing…",
  pauseJob: (key: string) => `Pause ${key}`,
  cancelling: "Cancelling…",
  cancelJob: (key: string) => `Cancel ${key}`,
  resume: "Resume",
  resumeJob: (key: string) => `Resume ${key}`,
  dismissAll: "Dismiss all",
  dismissJob: (key: string) => `Dismiss ${key}`,

  amount: (done: number, total: number) => (total > 0 ? `${count(done)} / ${count(total)}` : count(done)),
  left: (seconds: number) => `${duration(seconds)} left`,
  failed: (n: number) => `${count(n)} without a vector`,
  bottleneck: (stage: string) => `bottleneck: ${stage}`,

  of: (done: number, total: number, unit: string) => `${count(done)} of ${count(total)} ${unit}`,
  paused: (amount: string) => `Paused after ${amount}. What is indexed so far can be searched.`,
  stopped: (amount: string) => `Failed after ${amount}.`,
  cancelled: (amount: string) => `Cancelled after ${amount}.`,
  done: (amount: string) => `${capital(amount)} done.`,
};
