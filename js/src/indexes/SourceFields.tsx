import { SelectInput } from "../ui/SelectInput";
import type { FieldProps } from "./useIndexForm";
import { ModelInput } from "../ui/ModelInput";
import { FieldRow } from "./FieldRow";
import { fittingFields } from "./indexFormValues";

/** Where the embeddings come from. */
export function SourceFields({ form, values, problems, change }: FieldProps) {
  const fields = fittingFields(form, values.patches_field);
  return (
    <FieldRow>
      <SelectInput
        label="Embeddings from"
        name="milvus-source"
        value={values.source}
        options={[
          { value: "model", label: "A model" },
          { value: "field", label: "A field", disabled: fields.length === 0 },
        ]}
        error={problems.source}
        onChange={(source) => change({ source })}
      />
      {values.source === "model" ? (
        <ModelInput
          models={form.models}
          value={values.model}
          // nothing is wrong with what wasn't chosen yet
          error={values.model ? problems.model : undefined}
          hint={problems.model}
          onChange={(model) => change({ model })}
        />
      ) : (
        <>
          <SelectInput
            label="Embeddings field"
            name="milvus-embeddings-field"
            value={values.embeddings_field}
            options={fields.map((field) => ({ value: field, label: field }))}
            disabled={fields.length === 0}
            error={problems.embeddings_field}
            onChange={(embeddings_field) => change({ embeddings_field })}
          />
          <ModelInput
            label="Model that made them (optional)"
            models={form.models}
            value={values.made_by}
            hint="With it, the index can be searched by text and by other images"
            onChange={(made_by) => change({ made_by })}
          />
        </>
      )}
    </FieldRow>
  );
}
