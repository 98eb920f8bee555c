import { ModelInput } from "../ui/ModelInput";
import { SelectInput } from "../ui/SelectInput";
import { FieldRow } from "./FieldRow";
import { fittingFields } from "./indexFormValues";
import { strings } from "./strings";
import type { FieldProps } from "./useIndexForm";

/** Where the embeddings come from. */
export function SourceFields({ form, values, problems, change }: FieldProps) {
  const fields = fittingFields(form, values.patches_field);
  return (
    <FieldRow>
      <SelectInput
        label={strings.source}
        name="milvus-source"
        value={values.source}
        options={[
          { value: "model", label: strings.sourceModel, disabled: values.videos_as === "clips" },
          { value: "field", label: strings.sourceField, disabled: fields.length === 0 },
        ]}
        error={problems.source}
        onChange={(source) => change({ source })}
      />
      {values.source === "model" ? (
        <ModelInput
          models={form.models}
          value={values.model}
          // an empty input isn't an error yet
          error={values.model ? problems.model : undefined}
          hint={problems.model}
          onChange={(model) => change({ model })}
        />
      ) : (
        <>
          <SelectInput
            label={strings.embeddingsField}
            name="milvus-embeddings-field"
            value={values.embeddings_field}
            options={fields.map((field) => ({ value: field, label: field }))}
            disabled={fields.length === 0}
            error={problems.embeddings_field}
            onChange={(embeddings_field) => change({ embeddings_field })}
          />
          <ModelInput
            label={strings.fieldModel}
            models={form.models}
            value={values.made_by}
            hint={strings.fieldModelHint}
            onChange={(made_by) => change({ made_by })}
          />
        </>
      )}
    </FieldRow>
  );
}
