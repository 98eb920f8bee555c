import { Skeleton, Typography } from "@mui/material";
import { useState } from "react";
import { useApi } from "../api/client";
import type { Form } from "../api/contract";
import { useFetched } from "../api/useFetched";
import { useGrid, useSuccessMessage } from "../hooks/appState";
import { brainKeyProblem } from "../ui/brainKey";
import { CheckboxInput } from "../ui/CheckboxInput";
import { FormDialog } from "../ui/FormDialog";
import { MessageAlert } from "../ui/MessageAlert";
import { ModelInput } from "../ui/ModelInput";
import { SelectInput } from "../ui/SelectInput";
import { strings as shared } from "../ui/strings";
import { TextInput } from "../ui/TextInput";
import { strings } from "./strings";
import { useAdoption } from "./useAdoption";

interface Props {
  dataset: string;
  name: string;
  onClose: () => void;
  onDone: () => void;
}

/** Makes an existing collection an index of this dataset, if they match. */
export function AdoptDialog(props: Props) {
  const { dataset, name, onClose } = props;
  const api = useApi();
  const form = useFetched(api.form, dataset, useGrid().revision);
  if (form.value) return <Adopt {...props} form={form.value} />;
  return (
    <FormDialog
      title={strings.use(name)}
      action={strings.compare}
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
  const { match } = adoption;
  const wrong = brainKeyProblem(key, form.brain_keys);
  const submit = () =>
    match?.fits
      ? adoption.adopt({ patches_field: field, brain_key: key, model, take_ownership: own })
      : adoption.compare(field);
  return (
    <FormDialog
      title={strings.use(name)}
      action={match?.fits ? strings.useIt : strings.compare}
      acting={match?.fits ? strings.connecting : strings.comparing}
      busy={adoption.busy}
      ready={!match || (match.fits && wrong === null)}
      problem={adoption.problem}
      onSubmit={submit}
      onClose={onClose}
    >
      <SelectInput
        label={strings.vectorsOf}
        name="milvus-adopt-field"
        value={field}
        options={[
          { value: "", label: strings.samples },
          ...form.patches_fields.map((each) => ({ value: each, label: strings.patches(each) })),
        ]}
        onChange={(next) => {
          setField(next);
          adoption.reset();
        }}
      />
      {!match && (
        <Typography variant="body2" color="text.secondary">
          {strings.compareHint}
        </Typography>
      )}
      {match?.fits && (
        <>
          <Typography variant="body2" data-cy="milvus-plan" role="status">
            {match.message}.
          </Typography>
          <TextInput label={shared.brainKey} name="milvus-adopt-key" value={key} error={wrong} onChange={setKey} />
          <ModelInput
            label={strings.vectorModel}
            models={form.models}
            value={model}
            hint={strings.vectorModelHint}
            onChange={setModel}
          />
          {match.ownership_problem === null && (
            <CheckboxInput
              name="milvus-adopt-own"
              label={strings.takeOwnership}
              checked={own}
              onChange={setOwn}
            />
          )}
        </>
      )}
      {match && !match.fits && <MessageAlert severity="warning" name="milvus-misfit" message={match.message} />}
    </FormDialog>
  );
}
