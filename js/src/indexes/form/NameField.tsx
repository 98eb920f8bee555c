import { TextField } from "@mui/material";
import { cy } from "../../shared/cy";
import type { FieldProps } from "./fields";

export function NameField({ values, problems, change }: Omit<FieldProps, "form">) {
  return (
    <TextField
      fullWidth
      size="small"
      label="Name (brain key)"
      value={values.brain_key}
      error={Boolean(problems.brain_key)}
      helperText={problems.brain_key}
      inputProps={cy("milvus-brain-key", { autoComplete: "off", spellCheck: false })}
      onChange={(event) => change({ brain_key: event.target.value })}
    />
  );
}
