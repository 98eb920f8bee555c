import { useState } from "react";
import { brainKeyProblem } from "../ui/brainKey";
import { FormDialog } from "../ui/FormDialog";
import { strings as shared } from "../ui/strings";
import { TextInput } from "../ui/TextInput";
import { type DialogProps, isUnderWay } from "./dialogProps";
import { strings } from "./strings";
import { WorkerCheckbox } from "./WorkerCheckbox";

type Props = Pick<DialogProps, "indexes" | "jobs" | "work" | "canDelegate" | "exportFolder" | "onClose">;

/** Creates an index from an exported file. */
export function ImportDialog({ indexes, jobs, work, canDelegate, exportFolder, onClose }: Props) {
  const [path, setPath] = useState("");
  const [name, setName] = useState(strings.importName);
  const [delegate, setDelegate] = useState(false);
  const { run, running, problem } = work.importing;
  const wrong = brainKeyProblem(
    name,
    running === name ? [] : indexes.map((index) => index.brain_key),
  );
  return (
    <FormDialog
      open={!isUnderWay("import", name, jobs)}
      title={strings.importTitle}
      action={strings.import}
      acting={strings.importing}
      busy={running === name}
      ready={path.trim() !== "" && wrong === null}
      problem={problem}
      onSubmit={() => run({ brain_key: name, path: path.trim() }, delegate, onClose)}
      onClose={onClose}
    >
      <TextInput
        autoFocus
        label={strings.file}
        name="milvus-import-path"
        placeholder={strings.importExample}
        value={path}
        hint={strings.importHint(exportFolder)}
        onChange={setPath}
      />
      <TextInput
        label={shared.brainKey}
        name="milvus-import-key"
        value={name}
        error={wrong}
        onChange={setName}
      />
      {canDelegate && <WorkerCheckbox checked={delegate} onChange={setDelegate} />}
    </FormDialog>
  );
}
