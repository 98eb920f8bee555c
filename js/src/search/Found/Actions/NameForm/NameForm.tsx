import * as fos from "@fiftyone/state";
import { Stack, TextField } from "@mui/material";
import { useState } from "react";
import type { Message } from "../../../../shared/api";
import { cy } from "../../../../shared/cy";
import { FIELD } from "../../../../shared/field";
import { FilledButton } from "../../../../shared/FilledButton";
import { Problem } from "../../../../shared/Problem";
import { useCall } from "../../../useCall";

interface Props {
  title: string;
  label: string;
  call: (name: string) => Promise<Message>;
  onClose: () => void;
}

/** A name to do something with; Enter does it, Esc doesn't. */
export function NameForm({ title, label, call, onClose }: Props) {
  const notify = fos.useNotification();
  const [name, setName] = useState("");
  const { busy, problem, run } = useCall();
  return (
    <Stack
      component="form"
      spacing={1}
      onKeyDown={(event) => event.key === "Escape" && onClose()}
      onSubmit={(event) => {
        event.preventDefault();
        const typed = String(new FormData(event.currentTarget).get("name") ?? "").trim();
        if (busy || !typed) return;
        run(() => call(typed), ({ message }) => {
          notify({ msg: message, variant: "success" });
          onClose();
        });
      }}
    >
      <Stack direction="row" spacing={1}>
        <TextField
          {...FIELD}
          autoFocus
          fullWidth
          label={label}
          name="name"
          value={name}
          onChange={(event) => setName(event.target.value)}
          inputProps={cy("milvus-name", { autoComplete: "off", dir: "auto" })}
        />
        <FilledButton type="submit" data-cy="milvus-name-do" disabled={busy || !name.trim()}>
          {title}
        </FilledButton>
      </Stack>
      <Problem message={problem} />
    </Stack>
  );
}
