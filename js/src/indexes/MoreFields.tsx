import { MuiIconFont } from "@fiftyone/components";
import { Autocomplete, Button, Collapse, Stack, TextField } from "@mui/material";
import { useId, useState } from "react";
import { CheckboxInput } from "../ui/CheckboxInput";
import { FIELD } from "../ui/styles";
import { SelectInput } from "../ui/SelectInput";
import { TextInput } from "../ui/TextInput";
import { FieldRow } from "./FieldRow";
import type { FieldProps } from "./useIndexForm";
import { filterFields } from "./indexFormValues";
import { WorkerCheckbox } from "./WorkerCheckbox";

const same = (value: string) => ({ value, label: value });

/** Where to run, and what few people change. */
export function MoreFields(props: FieldProps) {
  const { form, values, problems, change } = props;
  const [open, setOpen] = useState(false);
  const id = useId();
  // what is wrong in here has to be seen
  const shown = open || Boolean(problems.batch_size ?? problems.alpha ?? problems.model_kwargs);
  return (
    <Stack spacing={1} alignItems="flex-start">
      {form.can_delegate && (
        <WorkerCheckbox checked={values.delegate} onChange={(delegate) => change({ delegate })} />
      )}
      <Button
        size="small"
        color="secondary"
        data-cy="milvus-more"
        aria-expanded={shown}
        aria-controls={id}
        startIcon={<MuiIconFont name={shown ? "expand_less" : "expand_more"} />}
        onClick={() => setOpen(!shown)}
      >
        More
      </Button>
      <Collapse in={shown} id={id} sx={{ width: "100%" }} unmountOnExit>
        <Stack spacing={1.5} sx={{ pt: 1 }}>
          <FieldRow>
            <MetricField {...{ form, values, change }} />
            <SelectInput
              label="Index type"
              name="milvus-index-type"
              value={values.index_type}
              options={[{ value: "", label: "What suits this Milvus" }, ...form.index_types.map(same)]}
              onChange={(index_type) => change({ index_type })}
            />
            <SelectInput
              label="Consistency level"
              name="milvus-consistency"
              value={values.consistency_level}
              options={form.consistency_levels.map(same)}
              onChange={(consistency_level) => change({ consistency_level })}
            />
            {values.source === "model" && <EmbeddingFields {...props} />}
          </FieldRow>
          {form.filter_fields.length > 0 && <FilterFieldsField {...props} />}
          {values.source === "model" && values.patches_field !== "" && (
            <CheckboxInput
              name="milvus-force-square"
              label="Cut square patches"
              checked={values.force_square}
              onChange={(force_square) => change({ force_square })}
            />
          )}
        </Stack>
      </Collapse>
    </Stack>
  );
}

function EmbeddingFields({ values, problems, change }: FieldProps) {
  return (
    <>
      <TextInput
        numeric
        label="Batch size"
        name="milvus-batch-size"
        value={values.batch_size}
        error={problems.batch_size}
        placeholder="The model's own"
        onChange={(batch_size) => change({ batch_size })}
      />
      {values.patches_field !== "" && (
        <TextInput
          label="Widen patches by"
          name="milvus-alpha"
          value={values.alpha}
          error={problems.alpha}
          placeholder="0.1 is 10 % more"
          onChange={(alpha) => change({ alpha })}
        />
      )}
      <TextInput
        label="Model arguments (JSON)"
        name="milvus-model-kwargs"
        value={values.model_kwargs}
        error={problems.model_kwargs}
        placeholder={'{"classes": ["cat", "dog"]}'}
        onChange={(model_kwargs) => change({ model_kwargs })}
      />
    </>
  );
}

function MetricField({ form, values, change }: Omit<FieldProps, "problems">) {
  return (
    <SelectInput
      label="Metric"
      name="milvus-metric"
      value={values.metric}
      options={form.metrics.map((metric) => ({ value: metric, label: metric }))}
      onChange={(metric) => change({ metric })}
    />
  );
}

/** Which fields Milvus keeps beside the vectors, so that a search can ask for some. */
function FilterFieldsField({ form, values, change }: FieldProps) {
  return (
    <Autocomplete
      multiple
      size="small"
      options={filterFields(form, values.patches_field)}
      value={values.filter_fields}
      onChange={(_, filter_fields) => change({ filter_fields })}
      renderInput={(params) => (
        <TextField
          {...params}
          label="Fields to filter by"
          helperText="Searches can then ask for some of their values"
          InputLabelProps={{ ...params.InputLabelProps, ...FIELD.InputLabelProps }}
          inputProps={{ ...params.inputProps, "data-cy": "milvus-filter-fields" }}
        />
      )}
    />
  );
}
