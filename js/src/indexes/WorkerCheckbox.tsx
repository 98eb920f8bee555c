import { CheckboxInput } from "../ui/CheckboxInput";
import { strings } from "./strings";

interface Props {
  checked: boolean;
  onChange: (checked: boolean) => void;
}

/** Whether a job runs on a worker, or here. */
export function WorkerCheckbox({ checked, onChange }: Props) {
  return (
    <CheckboxInput name="milvus-delegate" label={strings.runOnWorker} checked={checked} onChange={onChange} />
  );
}
