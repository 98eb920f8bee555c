import type { Scope } from "../api/contract";
import { SelectInput, type SelectOption } from "../ui/SelectInput";
import { count } from "../ui/format";
import type { FieldProps } from "./useIndexForm";
import { FieldRow } from "./FieldRow";

/** Of which samples, and what of them. */
export function ScopeFields(props: FieldProps & { selected: number }) {
  const { form, values, problems, change, selected } = props;
  const targets: SelectOption<Scope>[] = [
    { value: "dataset", label: `Dataset (${count(form.counts.dataset)})` },
    { value: "view", label: `Current view (${count(form.counts.view)})` },
    { value: "selected", label: `Selected (${count(selected)})`, disabled: selected === 0 },
  ];
  const parts = [
    { value: "", label: "Samples" },
    ...form.patches_fields.map((field) => ({ value: field, label: `Patches in ${field}` })),
  ];
  return (
    <FieldRow>
      <SelectInput
        label="Samples of"
        name="milvus-target"
        value={values.target}
        options={targets}
        error={problems.target}
        onChange={(target) => change({ target })}
      />
      <SelectInput
        label="What to index"
        name="milvus-patches-field"
        value={values.patches_field}
        options={parts}
        onChange={(patches_field) => change({ patches_field })}
      />
    </FieldRow>
  );
}
