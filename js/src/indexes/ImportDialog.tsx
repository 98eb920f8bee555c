import { useState } from "react";
import { FormDialog } from "../ui/FormDialog";
import { TextInput } from "../ui/TextInput";
import { type DialogProps, isUnderWay } from "./dialogProps";
import { brainKeyProblem } from "./indexFormValues";
import { WorkerCheckbox } from "./WorkerCheckbox";

type Props = Pick<DialogProps, "indexes" | "jobs" | "work" | "canDelegate" | "exportFolder" | "onClose">;

/** Makes an index of a file that was exported. */
export function ImportDialog({ indexes, jobs, work, canDelegate, exportFolder, onClose }: Props) {
  const [path, setPath] = useState("");
  const [name, setName] = useState("imported");
  const [delegate, setDelegate] = useState(false);
  const { run, running, problem } = work.importing;
  const wrong = brainKeyProblem(
    name,
    running === name ? [] : indexes.map((index) => index.brain_key),
  );
  return (
    <FormDialog
      open={!isUnderWay("import", name, jobs)}
      title="Import an index"
      action="Import"
      acting="Importing…"
      busy={running === name}
      ready={path.trim() !== "" && wrong === null}
      problem={problem}
      onSubmit={() => run({ brain_key: name, path: path.trim() }, delegate, onClose)}
      onClose={onClose}
    >
      <TextInput
        autoFocus
        label="File"
        name="milvus-import-path"
        placeholder="index.parquet"
        value={path}
        hint={`A name ending in .parquet, in the folder for exports: ${exportFolder}. Rows are matched by the ids of samples and labels.`}
        onChange={setPath}
      />
      <TextInput
        label="Name (brain key)"
        name="milvus-import-key"
        value={name}
        error={wrong}
        onChange={setName}
      />
      {canDelegate && <WorkerCheckbox checked={delegate} onChange={setDelegate} />}
    </FormDialog>
  );
}
