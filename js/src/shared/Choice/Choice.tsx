import { TextField } from "@mui/material";
import { cy } from "../cy";
import { FIELD } from "../field";

export interface Option<T extends string> {
  value: T;
  label: string;
  disabled?: boolean;
}

interface Props<T extends string> {
  label: string;
  name: string;
  value: T;
  options: Option<T>[];
  onChange: (value: T) => void;
  disabled?: boolean;
  error?: string | null;
  hint?: string;
}

/** A labelled select of the platform's own. */
export function Choice<T extends string>(props: Props<T>) {
  const { label, name, value, options, onChange, disabled, error, hint } = props;
  return (
    <TextField
      {...FIELD}
      select
      fullWidth
      label={label}
      value={value}
      disabled={disabled}
      error={Boolean(error)}
      helperText={error || hint}
      SelectProps={{ native: true }}
      inputProps={cy(name)}
      onChange={(event) => onChange(event.target.value as T)}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value} disabled={option.disabled}>
          {option.label}
        </option>
      ))}
    </TextField>
  );
}
