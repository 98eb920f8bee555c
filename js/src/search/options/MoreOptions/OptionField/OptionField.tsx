import { TextField } from "@mui/material";
import { cy } from "../../../../shared/cy";
import type { Options, Problems } from "../../values";

interface Props {
  name: Exclude<keyof Options, "target" | "reverse" | "exclude_query" | "where" | "search_params">;
  label: string;
  numeric?: boolean;
  options: Options;
  problems: Problems;
  change: (part: Partial<Options>) => void;
}

/** An option that is typed. */
export function OptionField({ name, label, numeric, options, problems, change }: Props) {
  return (
    <TextField
      size="small"
      label={label}
      value={options[name]}
      error={Boolean(problems[name])}
      helperText={problems[name]}
      FormHelperTextProps={{ "data-cy": `milvus-${name}-problem` } as object}
      InputLabelProps={{ shrink: true }}
      inputProps={cy(`milvus-${name}`, { inputMode: numeric ? "decimal" : "text", autoComplete: "off" })}
      onChange={(event) => change({ [name]: event.target.value })}
    />
  );
}
