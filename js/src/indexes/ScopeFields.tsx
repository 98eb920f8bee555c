import type { Scope, Videos } from "../api/contract";
import { SelectInput, type SelectOption } from "../ui/SelectInput";
import { SeveralInput } from "../ui/SeveralInput";
import { FieldRow } from "./FieldRow";
import { offeredSlices } from "./indexFormValues";
import { strings } from "./strings";
import type { FieldProps } from "./useIndexForm";
import { VideoFields } from "./VideoFields";

interface Props extends FieldProps {
  selected: number;
  /** what the videos of the scope offer, if it has videos */
  videos: Videos | null;
  /** whether they have vectors of their own */
  ownVectors: boolean;
}

/** Which samples to index, and whether whole or by their patches. */
export function ScopeFields(props: Props) {
  const { form, values, problems, change, selected, videos, ownVectors } = props;
  const scopes: SelectOption<Scope>[] = [
    { value: "dataset", label: strings.dataset(form.counts.dataset) },
    { value: "view", label: strings.view(form.counts.view) },
    { value: "selected", label: strings.selected(selected), disabled: selected === 0 },
  ];
  const parts = [
    { value: "", label: strings.whole[values.videos_as] },
    ...form.patches_fields.map((field) => ({ value: field, label: strings.patches(field) })),
  ];
  const slices = offeredSlices(form, values.scope);
  return (
    <FieldRow>
      <SelectInput
        label={strings.scope}
        name="milvus-scope"
        value={values.scope}
        options={scopes}
        error={problems.scope}
        onChange={(scope) => change({ scope })}
      />
      {videos && <VideoFields {...{ videos, ownVectors, values, problems, change }} />}
      <SelectInput
        label={strings.whatToIndex}
        name="milvus-patches-field"
        value={values.patches_field}
        options={parts}
        onChange={(patches_field) => change({ patches_field })}
      />
      {values.source === "model" && slices.length > 0 && (
        <SeveralInput
          label={strings.slices}
          name="milvus-slices"
          values={values.slices}
          options={slices}
          hint={strings.slicesHint}
          error={problems.slices}
          onChange={(chosen) => change({ slices: chosen })}
        />
      )}
    </FieldRow>
  );
}
