import { useState } from "react";
import { useSuccessMessage } from "../hooks/appState";
import { FormDialog } from "../ui/FormDialog";
import { TextInput } from "../ui/TextInput";
import { useCall } from "../api/useCall";
import { useOperator } from "../api/useOperator";
import { brainKeyProblem } from "./indexFormValues";
import type { DialogProps } from "./dialogProps";

export function RenameDialog({ index, indexes, open, onClose, onChanged }: DialogProps) {
  const { brain_key } = index;
  const [name, setName] = useState(brain_key);
  const showSuccess = useSuccessMessage();
  const renameIndex = useOperator("rename_index");
  const { run, busy, problem } = useCall();
  const rename = () =>
    run(() => renameIndex({ brain_key, new_brain_key: name }), ({ message }) => {
      showSuccess(message);
      onClose();
      onChanged();
    });
  const taken = indexes.map((each) => each.brain_key);
  const wrong = name === brain_key ? null : brainKeyProblem(name, taken);
  return (
    <FormDialog
      open={open}
      title={`Rename ${brain_key}`}
      action="Rename"
      acting="Renaming…"
      busy={busy}
      ready={name !== brain_key && wrong === null}
      problem={problem}
      onSubmit={rename}
      onClose={onClose}
    >
      <TextInput
        autoFocus
        label="Name (brain key)"
        name="milvus-new-key"
        value={name}
        error={wrong}
        hint="Its Milvus collection keeps its name."
        onChange={setName}
      />
    </FormDialog>
  );
}
