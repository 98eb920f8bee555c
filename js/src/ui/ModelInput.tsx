import { Autocomplete, Chip, Stack, TextField, Typography } from "@mui/material";
import { useMemo } from "react";
import type { Model } from "../api/contract";
import { about, group, sortModels } from "./models";
import { strings } from "./strings";
import { FIELD } from "./styles";

interface Props {
  label?: string;
  models: Model[];
  value: string;
  error?: string;
  hint?: string;
  onChange: (model: string) => void;
}

export function ModelInput({ label = strings.model, models, value, error, hint, onChange }: Props) {
  const sorted = useMemo(() => sortModels(models), [models]);
  const chosen = sorted.find((model) => model.name === value) ?? null;
  return (
    <Autocomplete
      size="small"
      options={sorted}
      value={chosen}
      groupBy={(model) => strings.modelGroups[group(model)]}
      getOptionLabel={(model) => model.name}
      isOptionEqualToValue={(a, b) => a.name === b.name}
      onChange={(_, model) => onChange(model?.name ?? "")}
      renderOption={(props, model) => (
        <li {...props} key={model.name}>
          <ModelOption model={model} />
        </li>
      )}
      renderInput={(params) => (
        <TextField
          {...params}
          sx={FIELD.sx}
          label={label}
          error={Boolean(error)}
          helperText={error ?? (chosen ? about(chosen) : hint)}
          InputLabelProps={{ ...params.InputLabelProps, ...FIELD.InputLabelProps }}
          inputProps={{ ...params.inputProps, "data-cy": "milvus-model" }}
        />
      )}
    />
  );
}

function ModelOption({ model }: { model: Model }) {
  return (
    <Stack sx={{ minWidth: 0, width: "100%" }}>
      <Stack direction="row" spacing={1} alignItems="center">
        <Typography variant="body2" sx={{ flex: 1, overflowWrap: "anywhere" }}>
          {model.name}
        </Typography>
        {model.supports_prompts && <Chip size="small" label={strings.textTag} title={strings.embedsText} />}
      </Stack>
      <Typography variant="caption" color="text.secondary">
        {about(model)}
      </Typography>
      <Typography variant="caption" color="text.secondary" noWrap title={model.description}>
        {model.description}
      </Typography>
    </Stack>
  );
}
