import type { Target } from "../../../../shared/api";
import { Choice, type Option } from "../../../../shared/Choice";
import { count } from "../../../../shared/format";
import type { FieldProps } from "../fields";
import { Pair } from "../Pair";

/** Of which samples, and what of them. */
export function TargetFields(props: FieldProps & { selected: number }) {
  const { form, values, problems, change, selected } = props;
  const targets: Option<Target>[] = [
    { value: "dataset", label: `Dataset (${count(form.counts.dataset)})` },
    { value: "view", label: `Current view (${count(form.counts.view)})` },
    { value: "selected", label: `Selected (${count(selected)})`, disabled: selected === 0 },
  ];
  const parts = [
    { value: "", label: "Samples" },
    ...form.patches_fields.map((field) => ({ value: field, label: `Patches in ${field}` })),
  ];
  return (
    <Pair>
      <Choice
        label="Samples of"
        name="milvus-target"
        value={values.target}
        options={targets}
        error={problems.target}
        onChange={(target) => change({ target })}
      />
      <Choice
        label="What to index"
        name="milvus-patches-field"
        value={values.patches_field}
        options={parts}
        onChange={(patches_field) => change({ patches_field })}
      />
    </Pair>
  );
}
