import { MuiIconFont } from "@fiftyone/components";
import { Button, Collapse, Stack } from "@mui/material";
import { useId, useState } from "react";
import { CheckboxInput } from "../ui/CheckboxInput";
import { SelectInput } from "../ui/SelectInput";
import { SeveralInput } from "../ui/SeveralInput";
import { TextInput } from "../ui/TextInput";
import { FieldRow } from "./FieldRow";
import { filterFields } from "./indexFormValues";
import { strings } from "./strings";
import type { FieldProps } from "./useIndexForm";
import { WorkerCheckbox } from "./WorkerCheckbox";

const same = (value: string) => ({ value, label: value });

/** Where to run, and what few people change. */
export function MoreFields(props: FieldProps) {
  const { form, values, problems, change } = props;
  const [open, setOpen] = useState(false);
  const id = useId();
  // a problem in here has to be visible
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
        {strings.more}
      </Button>
      <Collapse in={shown} id={id} sx={{ width: "100%" }} unmountOnExit>
        <Stack spacing={1.5} sx={{ pt: 1 }}>
          <FieldRow>
            <MetricField {...{ form, values, change }} />
            <SelectInput
              label={strings.indexType}
              name="milvus-index-type"
              value={values.index_type}
              options={[{ value: "", label: strings.indexTypeDefault }, ...form.index_types.map(same)]}
              onChange={(index_type) => change({ index_type })}
            />
            <SelectInput
              label={strings.consistencyLevel}
              name="milvus-consistency"
              value={values.consistency_level}
              options={form.consistency_levels.map(same)}
              onChange={(consistency_level) => change({ consistency_level })}
            />
            {form.engines.length > 1 && (
              <SelectInput
                label={strings.engine}
                name="milvus-engine"
                value={values.engine}
                options={form.engines}
                onChange={(engine) => change({ engine })}
              />
            )}
            {values.source === "model" && <EmbeddingFields {...props} />}
          </FieldRow>
          {form.filter_fields.length > 0 && <FilterFieldsField {...props} />}
          {values.source === "model" && values.patches_field !== "" && (
            <CheckboxInput
              name="milvus-force-square"
              label={strings.squarePatches}
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
        label={strings.batchSize}
        name="milvus-batch-size"
        value={values.batch_size}
        error={problems.batch_size}
        placeholder={strings.modelDefault}
        onChange={(batch_size) => change({ batch_size })}
      />
      {values.patches_field !== "" && (
        <TextInput
          label={strings.widenPatches}
          name="milvus-alpha"
          value={values.alpha}
          error={problems.alpha}
          placeholder={strings.widenExample}
          onChange={(alpha) => change({ alpha })}
        />
      )}
      <TextInput
        label={strings.modelArguments}
        name="milvus-model-kwargs"
        value={values.model_kwargs}
        error={problems.model_kwargs}
        placeholder={strings.modelArgumentsExample}
        onChange={(model_kwargs) => change({ model_kwargs })}
      />
    </>
  );
}

function MetricField({ form, values, change }: Omit<FieldProps, "problems">) {
  return (
    <SelectInput
      label={strings.metric}
      name="milvus-metric"
      value={values.metric}
      options={form.metrics.map((metric) => ({ value: metric, label: metric }))}
      onChange={(metric) => change({ metric })}
    />
  );
}

/** The fields whose values Milvus stores with the vectors, so that searches can filter by them. */
function FilterFieldsField({ form, values, change }: FieldProps) {
  return (
    <SeveralInput
      label={strings.filterFields}
      name="milvus-filter-fields"
      values={values.filter_fields}
      options={filterFields(form, values.patches_field)}
      hint={strings.filterFieldsHint}
      onChange={(filter_fields) => change({ filter_fields })}
    />
  );
}
