import { Autocomplete, TextField } from "@mui/material";
import { cy } from "./dataCy";
import { FIELD } from "./styles";

interface Props {
  label: string;
  name: string;
  values: string[];
  options: string[];
  onChange: (values: string[]) => void;
  error?: string | null;
  hint?: string;
}

/** Some of several choices, which are searched by typing. */
export function SeveralInput({ label, name, values, options, onChange, error, hint }: Props) {
  return (
    <Autocomplete
      multiple
      size="small"
      options={options}
      value={values}
      onChange={(_, next) => onChange(next)}
      renderInput={(params) => (
        <TextField
          {...params}
          sx={FIELD.sx}
          label={label}
          error={Boolean(error)}
          helperText={error || hint}
          InputLabelProps={{ ...params.InputLabelProps, ...FIELD.InputLabelProps }}
          inputProps={{ ...params.inputProps, ...cy(name) }}
        />
      )}
    />
  );
}
