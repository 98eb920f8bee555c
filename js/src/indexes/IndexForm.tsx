import { Button, Skeleton, Stack } from "@mui/material";
import type { RunLongJob } from "../api/useLongJob";
import { MessageAlert } from "../ui/MessageAlert";
import { PrimaryButton } from "../ui/PrimaryButton";
import { Section } from "../ui/Section";
import { strings as shared } from "../ui/strings";
import { TextInput } from "../ui/TextInput";
import { buildParams } from "./indexFormValues";
import { MoreFields } from "./MoreFields";
import { ScopeFields } from "./ScopeFields";
import { SourceFields } from "./SourceFields";
import { strings } from "./strings";
import { type FieldProps, useIndexForm } from "./useIndexForm";

interface Props {
  dataset: string;
  build: RunLongJob<"compute_index">;
  onClose: () => void;
}

export function IndexForm({ dataset, build, onClose }: Props) {
  const { form, values, problems, change, selected, videos, ownVectors, error, reload } = useIndexForm(dataset);
  const busy = build.running !== null;
  const ready = !busy && values !== null && Object.keys(problems).length === 0;
  return (
    <Section title={strings.newIndex}>
      <MessageAlert message={error} onRetry={reload} />
      {!form && !error && <Skeleton variant="rounded" height={220} />}
      <Stack
        component="form"
        spacing={1.5}
        data-cy="milvus-form"
        aria-label={strings.newIndex}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) build.run(buildParams(values), values.delegate);
        }}
      >
        {form && values && (
          <>
            <ScopeFields {...{ form, values, problems, change, selected, videos, ownVectors }} />
            <SourceFields {...{ form, values, problems, change }} />
            <NameField {...{ values, problems, change }} />
            <MoreFields {...{ form, values, problems, change }} />
          </>
        )}
        <MessageAlert message={build.problem} onClose={build.dismiss} />
        <Buttons busy={busy} ready={ready} onClose={onClose} />
      </Stack>
    </Section>
  );
}

interface ButtonsProps {
  busy: boolean;
  ready: boolean;
  onClose: () => void;
}

function Buttons({ busy, ready, onClose }: ButtonsProps) {
  return (
    <Stack direction="row" spacing={1} justifyContent="flex-end">
      <Button color="secondary" data-cy="milvus-form-cancel" disabled={busy} onClick={onClose}>
        {strings.cancel}
      </Button>
      <PrimaryButton type="submit" data-cy="milvus-build" disabled={!ready}>
        {busy ? strings.building : strings.build}
      </PrimaryButton>
    </Stack>
  );
}

function NameField({ values, problems, change }: Omit<FieldProps, "form">) {
  return (
    <TextInput
      label={shared.brainKey}
      name="milvus-brain-key"
      value={values.brain_key}
      error={problems.brain_key}
      onChange={(brain_key) => change({ brain_key })}
    />
  );
}
