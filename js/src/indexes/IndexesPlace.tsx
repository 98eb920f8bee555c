import type { Overview } from "../shared/api";
import { Jobs } from "../jobs/Jobs";
import { isActive } from "../jobs/progress";
import type { Panel } from "../usePanel";
import { IndexForm } from "./form/IndexForm";
import { Indexes } from "./Indexes";

interface Props {
  dataset: string;
  overview: Overview;
  panel: Panel;
}

/** The indexes of the dataset, and the work on them. */
export function IndexesPlace({ dataset, overview, panel }: Props) {
  const { jobs, build, sync, form } = panel;
  return (
    <>
      <Jobs jobs={jobs} />
      {form.open && <IndexForm dataset={dataset} build={build} onClose={form.hide} />}
      <Indexes
        indexes={overview.indexes}
        sync={sync}
        busy={form.open || jobs.some(isActive)}
        onNew={form.show}
        onChanged={panel.overview.reload}
      />
    </>
  );
}
