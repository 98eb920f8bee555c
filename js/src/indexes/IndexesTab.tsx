import type { Index, Job, Overview } from "../api/contract";
import type { RunLongJob } from "../api/useLongJob";
import { JobList } from "../jobs/JobList";
import { isActive } from "../jobs/jobState";
import type { Opened } from "./dialogProps";
import { IndexForm } from "./IndexForm";
import { IndexList } from "./IndexList";
import type { IndexJobs } from "./useIndexJobs";

interface Props {
  dataset: string;
  overview: Overview;
  /** of the overview */
  indexes: Index[];
  /** queued, running and ended */
  jobs: Job[];
  build: RunLongJob<"compute_index">;
  work: IndexJobs;
  form: Opened;
  /** the dialog that copies an index of another backend */
  copy: Opened;
  onChanged: () => void;
}

/** The indexes of the dataset, and the jobs on them. */
export function IndexesTab({ dataset, overview, indexes, jobs, build, work, form, copy, onChanged }: Props) {
  const shownErrors = [build.problem, ...work.all.map((each) => each.problem)];
  const resume = ({ brain_key, delegated }: Job) => work.sync.run({ brain_key }, delegated);
  return (
    <>
      <JobList jobs={jobs} known={indexes.map((index) => index.brain_key)} shownErrors={shownErrors} onResume={resume} />
      {form.open && <IndexForm dataset={dataset} build={build} onClose={form.hide} />}
      <IndexList
        indexes={indexes}
        others={overview.other_indexes}
        jobs={jobs}
        work={work}
        copy={copy}
        canDelegate={overview.can_delegate}
        exportFolder={overview.export_folder}
        move={overview.move}
        inUse={overview.server?.address ?? ""}
        counting={overview.server === null}
        // an index that is being described, or built for the first time, has no card
        making={form.open || jobs.some((job) => isActive(job) && job.operator === "compute_index")}
        onNew={form.show}
        onChanged={onChanged}
      />
    </>
  );
}
