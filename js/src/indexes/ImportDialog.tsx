import { useState } from "react";
import { brainKeyProblem } from "../ui/brainKey";
import { FormDialog } from "../ui/FormDialog";
import { SelectInput } from "../ui/SelectInput";
import { strings as shared } from "../ui/strings";
import { TextInput } from "../ui/TextInput";
import { type DialogProps, isUnderWay } from "./dialogProps";
import { FileInput } from "./FileInput";
import { strings } from "./strings";
import { TransferProgress } from "./TransferProgress";
import { WorkerCheckbox } from "./WorkerCheckbox";

type Props = Pick<DialogProps, "indexes" | "jobs" | "work" | "canDelegate" | "exportFolder" | "onClose">;

const SOURCES = [
  { value: "computer", label: strings.fromComputer },
  { value: "server", label: strings.fromServer },
] as const;

/** Creates an index from an exported file: uploaded, or on the machine where FiftyOne runs. */
export function ImportDialog({ indexes, jobs, work, canDelegate, exportFolder, onClose }: Props) {
  const [from, setFrom] = useState<"computer" | "server">("computer");
  const [file, setFile] = useState<File | null>(null);
  const [path, setPath] = useState("");
  const [name, setName] = useState(strings.importName);
  const [delegate, setDelegate] = useState(false);
  const { run, running, problem } = work.importing;
  const transfer = work.transfers.upload;
  const wrong = brainKeyProblem(
    name,
    running === name ? [] : indexes.map((index) => index.brain_key),
  );
  const upload = (chosen: File) =>
    transfer.upload(chosen, (token) => run({ brain_key: name, transfer: token }, false, onClose));
  const submit = () => {
    if (from === "server") run({ brain_key: name, path: path.trim() }, delegate, onClose);
    else if (file) upload(file);
  };
  return (
    <FormDialog
      open={!isUnderWay("import", name, jobs)}
      title={strings.importTitle}
      action={strings.import}
      acting={strings.importing}
      busy={running === name || transfer.busy}
      ready={(from === "server" ? path.trim() !== "" : file !== null) && wrong === null}
      problem={problem ?? transfer.problem}
      onSubmit={submit}
      onClose={onClose}
      onStop={transfer.progress ? transfer.stop : undefined}
    >
      <SelectInput label={strings.importFrom} name="milvus-import-from" value={from} options={[...SOURCES]} onChange={setFrom} />
      {from === "computer" ? (
        <FileInput file={file} disabled={transfer.busy} onChange={setFile} />
      ) : (
        <TextInput
          autoFocus
          label={strings.file}
          name="milvus-import-path"
          placeholder={strings.importExample}
          value={path}
          hint={strings.importHint(exportFolder)}
          onChange={setPath}
        />
      )}
      {transfer.progress && <TransferProgress progress={transfer.progress} />}
      <TextInput
        label={shared.brainKey}
        name="milvus-import-key"
        value={name}
        error={wrong}
        onChange={setName}
      />
      {canDelegate && from === "server" && <WorkerCheckbox checked={delegate} onChange={setDelegate} />}
    </FormDialog>
  );
}
