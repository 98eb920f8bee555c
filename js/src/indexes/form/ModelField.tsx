import { Autocomplete, Chip, Stack, TextField, Typography } from "@mui/material";
import { useMemo } from "react";
import type { Model } from "../../shared/api";
import { sortModels } from "./values";

interface Props {
  models: Model[];
  value: string;
  error?: string;
  onChange: (model: string) => void;
}

export function ModelField({ models, value, error, onChange }: Props) {
  const sorted = useMemo(() => sortModels(models), [models]);
  return (
    <Autocomplete
      size="small"
      options={sorted}
      value={sorted.find((model) => model.name === value) ?? null}
      groupBy={(model) => (model.downloaded ? "Downloaded" : "Downloaded on first use")}
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
          label="Model"
          error={Boolean(error)}
          helperText={error}
          InputLabelProps={{ ...params.InputLabelProps, shrink: true }}
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
        {model.supports_prompts && <Chip size="small" label="text" title="Embeds text, too" />}
      </Stack>
      <Typography variant="caption" color="text.secondary" noWrap title={model.description}>
        {model.description}
      </Typography>
    </Stack>
  );
}
