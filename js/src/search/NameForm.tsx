import { Stack, TextField } from "@mui/material";
import { useState } from "react";
import type { Message } from "../api/contract";
import { useCall } from "../api/useCall";
import { useSuccessMessage } from "../hooks/appState";
import { cy } from "../ui/dataCy";
import { MessageAlert } from "../ui/MessageAlert";
import { PrimaryButton } from "../ui/PrimaryButton";
import { FIELD } from "../ui/styles";

interface Props {
  title: string;
  label: string;
  call: (name: string) => Promise<Message>;
  onClose: () => void;
}

/** A name to do something with; Enter does it, Esc doesn't. */
export function NameForm({ title, label, call, onClose }: Props) {
  const showSuccess = useSuccessMessage();
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
          showSuccess(message);
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
        <PrimaryButton type="submit" data-cy="milvus-name-do" disabled={busy || !name.trim()}>
          {title}
        </PrimaryButton>
      </Stack>
      <MessageAlert message={problem} />
    </Stack>
  );
}
