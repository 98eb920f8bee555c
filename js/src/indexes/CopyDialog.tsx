import { useState } from "react";
import type { OtherIndex } from "../api/contract";
import { brainKeyProblem } from "../ui/brainKey";
import { FormDialog } from "../ui/FormDialog";
import { SelectInput } from "../ui/SelectInput";
import { strings as shared } from "../ui/strings";
import { TextInput } from "../ui/TextInput";
import { type DialogProps, isUnderWay } from "./dialogProps";
import { strings } from "./strings";
import { WorkerCheckbox } from "./WorkerCheckbox";

type Props = Pick<DialogProps, "indexes" | "jobs" | "work" | "canDelegate" | "onClose"> & {
  others: OtherIndex[];
};

/** Creates an index from one of another backend. */
export function CopyDialog({ indexes, others, jobs, work, canDelegate, onClose }: Props) {
  const [from, setFrom] = useState(others[0].brain_key);
  // follows what is copied until it is changed
  const [typed, setName] = useState<string | null>(null);
  const [delegate, setDelegate] = useState(false);
  const { run, running, problem } = work.copying;
  const name = typed ?? strings.copyName(from);
  const taken = [...indexes, ...others].map((each) => each.brain_key);
  const wrong = brainKeyProblem(name, running === name ? [] : taken);
  return (
    <FormDialog
      open={!isUnderWay("copy", name, jobs)}
      title={strings.copyTitle}
      action={strings.copy}
      acting={strings.copying}
      busy={running === name}
      ready={wrong === null}
      problem={problem}
      onSubmit={() => run({ from_key: from, brain_key: name }, delegate, onClose)}
      onClose={onClose}
    >
      <SelectInput
        label={strings.copyFrom}
        name="milvus-copy-from"
        value={from}
        options={others.map(({ brain_key, backend }) => ({
          value: brain_key,
          label: strings.otherIndex(brain_key, backend),
        }))}
        hint={strings.copyHint}
        onChange={setFrom}
      />
      <TextInput label={shared.brainKey} name="milvus-copy-key" value={name} error={wrong} onChange={setName} />
      {canDelegate && <WorkerCheckbox checked={delegate} onChange={setDelegate} />}
    </FormDialog>
  );
}
