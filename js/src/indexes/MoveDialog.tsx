import { Typography } from "@mui/material";
import { useState } from "react";
import { FormDialog } from "../ui/FormDialog";
import { MessageAlert } from "../ui/MessageAlert";
import { SelectInput } from "../ui/SelectInput";
import { TextInput } from "../ui/TextInput";
import type { DialogProps } from "./dialogProps";
import { strings } from "./strings";
import { WorkerCheckbox } from "./WorkerCheckbox";

const OTHER = { value: "", label: strings.otherAddress };

/** Copies an index to another Milvus, whose credentials are configured and never entered here. */
export function MoveDialog({ index, work, open, canDelegate, move, inUse, onClose }: DialogProps) {
  const { brain_key, size } = index;
  const targets = move.destinations.filter(({ uri }) => uri !== (index.other_server ?? inUse));
  const [chosen, choose] = useState(targets[0]?.uri ?? OTHER.value);
  const [typed, type] = useState("");
  const [db_name, setDatabase] = useState("");
  const [delegate, setDelegate] = useState(false);
  const uri = chosen || typed;
  const wrong = addressProblem(typed);
  const ready = chosen !== "" || (typed !== "" && wrong === null);
  const { run, running, problem } = work.move;
  return (
    <FormDialog
      open={open}
      title={strings.moveIndex(brain_key)}
      action={strings.move}
      acting={strings.moving}
      busy={running === brain_key}
      ready={ready}
      problem={problem}
      onSubmit={() => run({ brain_key, uri, ...(db_name && { db_name }) }, delegate, onClose)}
      onClose={onClose}
    >
      <MessageAlert message={move.problem} severity="warning" />
      {targets.length > 0 && (
        <SelectInput
          label={strings.moveTo}
          name="milvus-move-destination"
          value={chosen}
          options={[...targets.map(({ uri, label }) => ({ value: uri, label })), OTHER]}
          onChange={choose}
        />
      )}
      {chosen === "" && (
        <TextInput
          autoFocus
          label={strings.address}
          name="milvus-move-uri"
          placeholder={strings.addressExample}
          value={typed}
          error={wrong}
          hint={strings.addressHint}
          onChange={type}
        />
      )}
      {chosen !== "embedded" && (
        <TextInput
          label={strings.database}
          name="milvus-move-database"
          value={db_name}
          onChange={setDatabase}
        />
      )}
      <Typography variant="body2" color="text.secondary" data-cy="milvus-plan">
        {strings.movePlan(size, ready ? (uri === "embedded" ? strings.embeddedMilvus : uri) : null)}
      </Typography>
      {canDelegate && <WorkerCheckbox checked={delegate} onChange={setDelegate} />}
    </FormDialog>
  );
}

/** Why an address of a Milvus can't be used; null also while it is empty. */
export function addressProblem(uri: string): string | null {
  const host = uri.replace(/^\w+:\/\//, "").split("/")[0];
  if (host.includes("@"))
    return strings.addressWithLogin;
  if (/\s/.test(uri)) return strings.addressWithSpaces;
  return null;
}
