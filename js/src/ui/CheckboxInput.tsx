import { Checkbox, FormControlLabel, Switch } from "@mui/material";
import { cy } from "./dataCy";

interface Props {
  /** of the input, for tests */
  name: string;
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  /** drawn as a switch: it is an option of what is beside it, not an answer in a form */
  toggle?: boolean;
}

/** Yes or no. */
export function CheckboxInput({ name, label, checked, onChange, toggle }: Props) {
  const Control = toggle ? Switch : Checkbox;
  return (
    <FormControlLabel
      label={label}
      slotProps={{ typography: { variant: "body2" } }}
      control={
        <Control
          size="small"
          checked={checked}
          inputProps={cy(name)}
          onChange={(event) => onChange(event.target.checked)}
        />
      }
      sx={toggle ? { m: 0, minHeight: 32, gap: 0.5 } : undefined}
    />
  );
}
