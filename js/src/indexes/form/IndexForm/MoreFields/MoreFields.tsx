import { MuiIconFont } from "@fiftyone/components";
import { Button, Collapse, Stack } from "@mui/material";
import { useId, useState } from "react";
import { Check } from "../../../../shared/Check";
import { Choice } from "../../../../shared/Choice";
import { TextInput } from "../../../../shared/TextInput";
import { WorkerChoice } from "../../../dialogs/WorkerChoice";
import type { FieldProps } from "../fields";
import { FilterFieldsField } from "./FilterFieldsField";
import { MetricField } from "./MetricField";
import { Pair } from "../Pair";

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
        <WorkerChoice checked={values.delegate} onChange={(delegate) => change({ delegate })} />
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
          <Pair>
            <MetricField {...{ form, values, change }} />
            <Choice
              label="Index type"
              name="milvus-index-type"
              value={values.index_type}
              options={[{ value: "", label: "What suits this Milvus" }, ...form.index_types.map(same)]}
              onChange={(index_type) => change({ index_type })}
            />
            <Choice
              label="Consistency level"
              name="milvus-consistency"
              value={values.consistency_level}
              options={form.consistency_levels.map(same)}
              onChange={(consistency_level) => change({ consistency_level })}
            />
            {values.source === "model" && <EmbeddingFields {...props} />}
          </Pair>
          {form.filter_fields.length > 0 && <FilterFieldsField {...props} />}
          {values.source === "model" && values.patches_field !== "" && (
            <Check
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
