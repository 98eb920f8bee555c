import { TextField } from "@mui/material";
import { cy } from "./dataCy";
import { FIELD } from "./styles";

interface Props {
  label: string;
  name: string;
  value: string;
  onChange: (value: string) => void;
  error?: string | null;
  hint?: string;
  placeholder?: string;
  numeric?: boolean;
  autoFocus?: boolean;
}

/** A labelled line of text that nobody completes or corrects. */
export function TextInput(props: Props) {
  const { label, name, value, onChange, error, hint, placeholder, numeric, autoFocus } = props;
  return (
    <TextField
      {...FIELD}
      fullWidth
      label={label}
      value={value}
      error={Boolean(error)}
      helperText={error ?? hint}
      placeholder={placeholder}
      autoFocus={autoFocus}
      inputProps={cy(name, {
        autoComplete: "off",
        spellCheck: false,
        ...(numeric && { inputMode: "numeric" as const }),
      })}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
