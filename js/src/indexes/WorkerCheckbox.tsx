import { CheckboxInput } from "../ui/CheckboxInput";

interface Props {
  checked: boolean;
  onChange: (checked: boolean) => void;
}

/** Here and now, or on a worker. */
export function WorkerCheckbox({ checked, onChange }: Props) {
  return (
    <CheckboxInput name="milvus-delegate" label="Run on a worker" checked={checked} onChange={onChange} />
  );
}
