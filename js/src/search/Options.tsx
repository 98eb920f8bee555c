import { FormControlLabel, FormHelperText, Stack, Switch, TextField } from "@mui/material";
import { useId } from "react";
import { Choice } from "../shared/Choice";
import { cy } from "../shared/cy";
import { kProblem, type Query } from "./query";

const SCOPES = [
  { value: "dataset" as const, label: "Dataset" },
  { value: "view" as const, label: "Current view" },
];

interface Props {
  query: Query;
  onChange: (part: Partial<Query>) => void;
}

/** How many hits, from where, and which end. */
export function Options({ query, onChange }: Props) {
  const problem = kProblem(query.k);
  const id = useId();
  return (
    <Stack direction="row" spacing={1.5} useFlexGap flexWrap="wrap" alignItems="flex-start">
      <TextField
        size="small"
        label="Hits (k)"
        value={query.k}
        error={Boolean(problem)}
        InputLabelProps={{ shrink: true }}
        inputProps={cy("milvus-k", {
          inputMode: "numeric",
          autoComplete: "off",
          "aria-describedby": problem ? id : undefined,
        })}
        onChange={(event) => onChange({ k: event.target.value })}
        sx={{ width: 84 }}
      />
      <Stack sx={{ flex: "1 1 130px", maxWidth: 200 }}>
        <Choice
          label="Search in"
          name="milvus-scope"
          value={query.target}
          options={SCOPES}
          onChange={(target) => onChange({ target })}
        />
      </Stack>
      <FormControlLabel
        label="Least similar"
        slotProps={{ typography: { variant: "body2" } }}
        control={
          <Switch
            size="small"
            checked={query.reverse}
            inputProps={cy("milvus-reverse")}
            onChange={(event) => onChange({ reverse: event.target.checked })}
          />
        }
        sx={{ m: 0, minHeight: 40, gap: 0.5 }}
      />
      {problem && (
        <FormHelperText id={id} error data-cy="milvus-k-problem" sx={{ m: 0, flexBasis: "100%" }}>
          {problem}
        </FormHelperText>
      )}
    </Stack>
  );
}
