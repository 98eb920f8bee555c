import { useState } from "react";
import { useCall } from "../api/useCall";
import { useOperator } from "../api/useOperator";
import { useSuccessMessage } from "../hooks/appState";
import { brainKeyProblem } from "../ui/brainKey";
import { FormDialog } from "../ui/FormDialog";
import { strings as shared } from "../ui/strings";
import { TextInput } from "../ui/TextInput";
import type { DialogProps } from "./dialogProps";
import { strings } from "./strings";

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
      title={strings.renameIndex(brain_key)}
      action={strings.rename}
      acting={strings.renaming}
      busy={busy}
      ready={name !== brain_key && wrong === null}
      problem={problem}
      onSubmit={rename}
      onClose={onClose}
    >
      <TextInput
        autoFocus
        label={shared.brainKey}
        name="milvus-new-key"
        value={name}
        error={wrong}
        hint={strings.renameHint}
        onChange={setName}
      />
    </FormDialog>
  );
}
