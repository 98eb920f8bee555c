import { Checkbox, FormControlLabel } from "@mui/material";
import { cy } from "../../shared/cy";

interface Props {
  checked: boolean;
  onChange: (checked: boolean) => void;
}

/** Here and now, or on a worker. */
export function WorkerChoice({ checked, onChange }: Props) {
  return (
    <FormControlLabel
      label="Run on a worker"
      slotProps={{ typography: { variant: "body2" } }}
      control={
        <Checkbox
          size="small"
          checked={checked}
          inputProps={cy("milvus-delegate")}
          onChange={(event) => onChange(event.target.checked)}
        />
      }
    />
  );
}
