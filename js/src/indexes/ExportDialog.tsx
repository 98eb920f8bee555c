import { useState } from "react";
import { CheckboxInput } from "../ui/CheckboxInput";
import { FormDialog } from "../ui/FormDialog";
import { TextInput } from "../ui/TextInput";
import type { DialogProps } from "./dialogProps";
import { WorkerCheckbox } from "./WorkerCheckbox";

/** Keeps an index as a file on the machine where FiftyOne runs. */
export function ExportDialog({ index, work, open, canDelegate, exportFolder, onClose }: DialogProps) {
  const { brain_key } = index;
  const [path, setPath] = useState("");
  const [overwrite, setOverwrite] = useState(false);
  const [delegate, setDelegate] = useState(false);
  const { run, running, problem } = work.exporting;
  return (
    <FormDialog
      open={open}
      title={`Export ${brain_key}`}
      action="Export"
      acting="Exporting…"
      busy={running === brain_key}
      ready={path.trim() !== ""}
      problem={problem}
      onSubmit={() => run({ brain_key, path: path.trim(), overwrite }, delegate, onClose)}
      onClose={onClose}
    >
      <TextInput
        autoFocus
        label="File"
        name="milvus-export-path"
        placeholder={`${brain_key}.parquet`}
        value={path}
        hint={`A name ending in .parquet, in the folder for exports: ${exportFolder}. Ids, vectors and settings go in, no image does.`}
        onChange={setPath}
      />
      <CheckboxInput
        name="milvus-export-overwrite"
        label="Overwrite an earlier export"
        checked={overwrite}
        onChange={setOverwrite}
      />
      {canDelegate && <WorkerCheckbox checked={delegate} onChange={setDelegate} />}
    </FormDialog>
  );
}
