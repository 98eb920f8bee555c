import { TextField } from "@mui/material";
import { cy } from "./dataCy";
import { FIELD } from "./styles";

export interface SelectOption<T extends string> {
  value: T;
  label: string;
  disabled?: boolean;
}

interface Props<T extends string> {
  label: string;
  name: string;
  value: T;
  options: SelectOption<T>[];
  onChange: (value: T) => void;
  disabled?: boolean;
  error?: string | null;
  hint?: string;
}

/** A labelled select of the platform's own. */
export function SelectInput<T extends string>(props: Props<T>) {
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
