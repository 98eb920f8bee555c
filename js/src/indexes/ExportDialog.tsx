import { useState } from "react";
import { CheckboxInput } from "../ui/CheckboxInput";
import { FormDialog } from "../ui/FormDialog";
import { TextInput } from "../ui/TextInput";
import type { DialogProps } from "./dialogProps";
import { strings } from "./strings";
import { WorkerCheckbox } from "./WorkerCheckbox";

/** Exports an index to a file on the machine where FiftyOne runs. */
export function ExportDialog({ index, work, open, canDelegate, exportFolder, onClose }: DialogProps) {
  const { brain_key } = index;
  const [path, setPath] = useState("");
  const [overwrite, setOverwrite] = useState(false);
  const [delegate, setDelegate] = useState(false);
  const { run, running, problem } = work.exporting;
  return (
    <FormDialog
      open={open}
      title={strings.exportIndex(brain_key)}
      action={strings.export}
      acting={strings.exporting}
      busy={running === brain_key}
      ready={path.trim() !== ""}
      problem={problem}
      onSubmit={() => run({ brain_key, path: path.trim(), overwrite }, delegate, onClose)}
      onClose={onClose}
    >
      <TextInput
        autoFocus
        label={strings.file}
        name="milvus-export-path"
        placeholder={strings.exportExample(brain_key)}
        value={path}
        hint={strings.exportHint(exportFolder)}
        onChange={setPath}
      />
      <CheckboxInput
        name="milvus-export-overwrite"
        label={strings.overwrite}
        checked={overwrite}
        onChange={setOverwrite}
      />
      {canDelegate && <WorkerCheckbox checked={delegate} onChange={setDelegate} />}
    </FormDialog>
  );
}
