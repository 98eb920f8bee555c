import { Typography } from "@mui/material";
import { useState } from "react";
import { FormDialog } from "../../../shared/FormDialog";
import { counted } from "../../../shared/format";
import { TextInput } from "../../../shared/TextInput";
import type { DialogProps } from "../dialog";
import { addressProblem } from "./address";
import { WorkerChoice } from "../WorkerChoice";

/** Copies an index to another Milvus. Its login is configured, and never typed here. */
export function MoveDialog({ index, work, open, canDelegate, onClose }: DialogProps) {
  const { brain_key, size } = index;
  const [uri, setUri] = useState("");
  const [db_name, setDatabase] = useState("");
  const [delegate, setDelegate] = useState(false);
  const wrong = addressProblem(uri);
  const { run, running, problem } = work.move;
  return (
    <FormDialog
      open={open}
      title={`Move ${brain_key}`}
      action="Move"
      acting="Moving…"
      busy={running === brain_key}
      ready={uri !== "" && wrong === null}
      problem={problem}
      onSubmit={() => run({ brain_key, uri, ...(db_name && { db_name }) }, delegate, onClose)}
      onClose={onClose}
    >
      <TextInput
        autoFocus
        label="Address of the other Milvus"
        name="milvus-move-uri"
        placeholder="http://host:19530"
        value={uri}
        error={wrong}
        hint="Or the word embedded. User, password and token are those that are configured."
        onChange={setUri}
      />
      <TextInput
        label="Database"
        name="milvus-move-database"
        placeholder="default"
        value={db_name}
        onChange={setDatabase}
      />
      <Typography variant="body2" color="text.secondary" data-cy="milvus-plan">
        {`${size === null ? "Its vectors" : `Its ${counted(size, "vector")}`} will be copied`}
        {uri && !wrong ? ` to ${uri}` : ""}; none is computed again. The copy is checked before the
        index uses it, and the old collection stays until you drop it in Server.
      </Typography>
      {canDelegate && <WorkerChoice checked={delegate} onChange={setDelegate} />}
    </FormDialog>
  );
}
