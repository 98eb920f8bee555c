import { Autocomplete, Stack, TextField, type TextFieldProps } from "@mui/material";
import { useEffect, useState } from "react";
import type { Message } from "../api/contract";
import { useCall } from "../api/useCall";
import { useSuccessMessage } from "../hooks/appState";
import { useStable } from "../hooks/useStable";
import { cy } from "../ui/dataCy";
import { MessageAlert } from "../ui/MessageAlert";
import { PrimaryButton } from "../ui/PrimaryButton";
import { FIELD } from "../ui/styles";

interface Props {
  title: string;
  label: string;
  call: (name: string) => Promise<Message>;
  /** what the name may be, to choose from */
  suggestions?: () => Promise<string[]>;
  onClose: () => void;
}

/** A name to do something with; Enter does it, Esc doesn't. */
export function NameForm({ title, label, call, suggestions, onClose }: Props) {
  const showSuccess = useSuccessMessage();
  const [name, setName] = useState("");
  const { busy, problem, run } = useCall();
  const field = { ...FIELD, autoFocus: true, fullWidth: true, label, name: "name" };
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
        {suggestions ? (
          <Suggested suggestions={suggestions} value={name} onChange={setName} {...field} />
        ) : (
          <TextField {...field} value={name} onChange={(event) => setName(event.target.value)} inputProps={NAME} />
        )}
        <PrimaryButton type="submit" data-cy="milvus-name-do" disabled={busy || !name.trim()}>
          {title}
        </PrimaryButton>
      </Stack>
      <MessageAlert message={problem} />
    </Stack>
  );
}

const NAME = cy("milvus-name", { autoComplete: "off", dir: "auto" });

interface SuggestedProps extends Omit<TextFieldProps<"outlined">, "onChange" | "variant"> {
  suggestions: () => Promise<string[]>;
  value: string;
  onChange: (value: string) => void;
}

/** A name that is typed, or one of those that there are. */
function Suggested({ suggestions, value, onChange, ...field }: SuggestedProps) {
  const [known, setKnown] = useState<string[]>([]);
  const ask = useStable(suggestions);
  useEffect(() => {
    // without them, a name is typed
    ask().then(setKnown, () => undefined);
  }, [ask]);
  return (
    <Autocomplete
      freeSolo
      fullWidth
      size="small"
      options={known}
      inputValue={value}
      onInputChange={(_, typed) => onChange(typed)}
      renderInput={(params) => (
        <TextField {...params} {...field} inputProps={{ ...params.inputProps, ...NAME }} />
      )}
    />
  );
}
