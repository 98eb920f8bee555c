import { Check } from "../../../shared/Check";

interface Props {
  checked: boolean;
  onChange: (checked: boolean) => void;
}

/** Here and now, or on a worker. */
export function WorkerChoice({ checked, onChange }: Props) {
  return (
    <Check name="milvus-delegate" label="Run on a worker" checked={checked} onChange={onChange} />
  );
}
