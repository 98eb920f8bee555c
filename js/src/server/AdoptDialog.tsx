import { Skeleton, Typography } from "@mui/material";
import { useState } from "react";
import { useApi } from "../api/client";
import type { Form } from "../api/contract";
import { ModelInput } from "../ui/ModelInput";
import { brainKeyProblem } from "../indexes/indexFormValues";
import { CheckboxInput } from "../ui/CheckboxInput";
import { SelectInput } from "../ui/SelectInput";
import { FormDialog } from "../ui/FormDialog";
import { MessageAlert } from "../ui/MessageAlert";
import { TextInput } from "../ui/TextInput";
import { useFetched } from "../api/useFetched";
import { useGrid, useSuccessMessage } from "../hooks/appState";
import { useAdoption } from "./useAdoption";

interface Props {
  dataset: string;
  name: string;
  onClose: () => void;
  onDone: () => void;
}

/** Makes a collection that exists an index of this dataset, once they match. */
export function AdoptDialog(props: Props) {
  const { dataset, name, onClose } = props;
  const api = useApi();
  const form = useFetched(api.form, dataset, useGrid().revision);
  if (form.value) return <Adopt {...props} form={form.value} />;
  return (
    <FormDialog
      title={`Use ${name}`}
      action="Compare"
      ready={false}
      problem={form.error}
      onRetry={form.reload}
      onSubmit={onClose}
      onClose={onClose}
    >
      {!form.error && <Skeleton variant="rounded" height={120} />}
    </FormDialog>
  );
}

function Adopt({ name, form, onClose, onDone }: Props & { form: Form }) {
  const showSuccess = useSuccessMessage();
  const adoption = useAdoption(name, (message) => {
    showSuccess(message);
    onClose();
    onDone();
  });
  const [field, setField] = useState("");
  const [key, setKey] = useState(form.brain_key);
  const [model, setModel] = useState("");
  const [own, setOwn] = useState(false);
  const { found } = adoption;
  const wrong = brainKeyProblem(key, form.brain_keys);
  const submit = () =>
    found?.fits
      ? adoption.adopt({ patches_field: field, brain_key: key, model, take_ownership: own })
      : adoption.compare(field);
  return (
    <FormDialog
      title={`Use ${name} as an index`}
      action={found?.fits ? "Use it" : "Compare"}
      acting={found?.fits ? "Connecting…" : "Comparing…"}
      busy={adoption.busy}
      ready={!found || (found.fits && wrong === null)}
      problem={adoption.problem}
      onSubmit={submit}
      onClose={onClose}
    >
      <SelectInput
        label="Its vectors are of"
        name="milvus-adopt-field"
        value={field}
        options={[
          { value: "", label: "Samples" },
          ...form.patches_fields.map((each) => ({ value: each, label: `Patches in ${each}` })),
        ]}
        onChange={(next) => {
          setField(next);
          adoption.reset();
        }}
      />
      {!found && (
        <Typography variant="body2" color="text.secondary">
          Compare reads its ids and looks for them in this dataset; nothing is changed.
        </Typography>
      )}
      {found?.fits && (
        <>
          <Typography variant="body2" data-cy="milvus-plan" role="status">
            {found.message}.
          </Typography>
          <TextInput label="Name (brain key)" name="milvus-adopt-key" value={key} error={wrong} onChange={setKey} />
          <ModelInput
            label="Model that made its vectors (optional)"
            models={form.models}
            value={model}
            hint="With it, it can be searched by text and by other images"
            onChange={setModel}
          />
          {found.ownership_problem === null && (
            <CheckboxInput
              name="milvus-adopt-own"
              label="Take ownership: it can be synced here, and cleaning up deletes it"
              checked={own}
              onChange={setOwn}
            />
          )}
        </>
      )}
      {found && !found.fits && <MessageAlert severity="warning" name="milvus-misfit" message={found.message} />}
    </FormDialog>
  );
}
