import { useEffect } from "react";
import type { Index, Job, OtherIndex } from "../api/contract";
import { useApi } from "../api/client";
import { useFetched } from "../api/useFetched";
import { usePanelState } from "../hooks/appState";
import { useStable } from "../hooks/useStable";
import { JobTray } from "../jobs/JobTray";
import { RunningJob } from "../jobs/RunningJob";
import { MessageAlert } from "../ui/MessageAlert";
import { NoIndexes } from "../ui/NoIndexes";
import { PrimaryButton } from "../ui/PrimaryButton";
import { FindForm } from "./FindForm";
import { DEFAULT_VALUES, type FindValues } from "./findValues";
import { FoundGroups } from "./FoundGroups";
import type { Kind } from "./groups";
import { strings } from "./strings";
import type { Find } from "./useFind";

interface Props {
  index: Index | undefined;
  others: OtherIndex[];
  jobs: Job[];
  find: Find;
  onMakeIndex: () => void;
  onCopyIndex: () => void;
}

/** Finds problems of the dataset, and what was found is reviewed in it. */
export function FindTab({ index, others, onMakeIndex, onCopyIndex, ...props }: Props) {
  if (index) return <Finding index={index} {...props} />;
  return (
    <NoIndexes name="milvus-find-no-index" title={strings.noIndex} others={others} onCopy={onCopyIndex}>
      <PrimaryButton onClick={onMakeIndex}>{strings.createIndex}</PrimaryButton>
    </NoIndexes>
  );
}

function Finding({ index, jobs, find }: Pick<Props, "jobs" | "find"> & { index: Index }) {
  const api = useApi();
  const { brain_key } = index;
  const [values, setValues] = usePanelState("milvus_find", DEFAULT_VALUES);
  const other = values.kind === "find_duplicates_in_dataset" && { other_dataset: values.other_dataset };
  const options = useFetched(() => api.find_options({ brain_key, ...other }), brain_key, JSON.stringify(other));
  const job = find.job(jobs);
  const { found } = find;
  const showKind = useStable((kind: Kind, before: FindValues) => {
    if (values === before) setValues({ ...values, kind }); // else a person has chosen meanwhile
  });
  const restore = useStable(() => {
    if (!found && !find.running) find.restore((kind) => showKind(kind, values));
  });
  useEffect(restore, [restore]);
  return (
    <>
      {options.value && <FindForm index={index} options={options.value} find={find} values={values} onChange={setValues} />}
      <MessageAlert message={options.error} onRetry={options.reload} />
      {job && (
        <JobTray>
          <RunningJob job={job} />
        </JobTray>
      )}
      <MessageAlert message={find.problem} />
      {found && <FoundGroups key={found.id} index={index} find={find} found={found} />}
    </>
  );
}
