import * as fos from "@fiftyone/state";
import { useState } from "react";
import { FormDialog } from "../ui/FormDialog";
import { TextInput } from "../ui/TextInput";
import { useAction } from "../api/useAction";
import { useOperation } from "../api/useOperation";
import { brainKeyProblem } from "./indexFormValues";
import type { DialogProps } from "./dialogProps";

export function RenameDialog({ index, indexes, open, onClose, onChanged }: DialogProps) {
  const { brain_key } = index;
  const [name, setName] = useState(brain_key);
  const notify = fos.useNotification();
  const { run, busy, problem } = useAction(useOperation("rename_index"), ({ message }) => {
    notify({ msg: message, variant: "success" });
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
      onSubmit={() => void run({ brain_key, new_brain_key: name })}
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
