import { Typography } from "@mui/material";
import { useState } from "react";
import { counted } from "../ui/format";
import { FormDialog } from "../ui/FormDialog";
import { MessageAlert } from "../ui/MessageAlert";
import { SelectInput } from "../ui/SelectInput";
import { TextInput } from "../ui/TextInput";
import type { DialogProps } from "./dialogProps";
import { WorkerCheckbox } from "./WorkerCheckbox";

const OTHER = { value: "", label: "Another address" };

/** Copies an index to another Milvus. Its login is configured, and never typed here. */
export function MoveDialog({ index, work, open, canDelegate, move, inUse, onClose }: DialogProps) {
  const { brain_key, size } = index;
  const targets = move.targets.filter(({ uri }) => uri !== (index.elsewhere ?? inUse));
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
      title={`Move ${brain_key}`}
      action="Move"
      acting="Moving…"
      busy={running === brain_key}
      ready={ready}
      problem={problem}
      onSubmit={() => run({ brain_key, uri, ...(db_name && { db_name }) }, delegate, onClose)}
      onClose={onClose}
    >
      <MessageAlert message={move.problem} severity="warning" />
      {targets.length > 0 && (
        <SelectInput
          label="Move to"
          name="milvus-move-target"
          value={chosen}
          options={[...targets.map(({ uri, label }) => ({ value: uri, label })), OTHER]}
          onChange={choose}
        />
      )}
      {chosen === "" && (
        <TextInput
          autoFocus
          label="Address of the other Milvus"
          name="milvus-move-uri"
          placeholder="http://host:19530"
          value={typed}
          error={wrong}
          hint="It is asked without credentials: those are sent only to servers that are configured where FiftyOne is started."
          onChange={type}
        />
      )}
      {chosen !== "embedded" && (
        <TextInput
          label="Database"
          name="milvus-move-database"
          value={db_name}
          onChange={setDatabase}
        />
      )}
      <Typography variant="body2" color="text.secondary" data-cy="milvus-plan">
        {`${size === null ? "Its vectors" : `Its ${counted(size, "vector")}`} will be copied`}
        {ready ? ` to ${uri === "embedded" ? "the embedded Milvus" : uri}` : ""}; none is computed
        again. The copy is checked before the index uses it, and the old collection stays until you
        delete it in Server.
      </Typography>
      {canDelegate && <WorkerCheckbox checked={delegate} onChange={setDelegate} />}
    </FormDialog>
  );
}

/** Why an address of a Milvus can't be, in a sentence; null also while it is empty. */
export function addressProblem(uri: string): string | null {
  const host = uri.replace(/^\w+:\/\//, "").split("/")[0];
  if (host.includes("@"))
    return "Leave user and password out: they are configured, and never typed here.";
  if (/\s/.test(uri)) return "An address has no spaces. It looks like http://host:19530.";
  return null;
}
