import { TextInput } from "../../../shared/TextInput";
import type { FieldProps } from "./fields";

export function NameField({ values, problems, change }: Omit<FieldProps, "form">) {
  return (
    <TextInput
      label="Name (brain key)"
      name="milvus-brain-key"
      value={values.brain_key}
      error={problems.brain_key}
      onChange={(brain_key) => change({ brain_key })}
    />
  );
}
