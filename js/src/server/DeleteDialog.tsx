import { Skeleton, Stack, Typography } from "@mui/material";
import { useState } from "react";
import type { DeletionCandidate, DeletionParams } from "../api/contract";
import { useCall } from "../api/useCall";
import { useFetched } from "../api/useFetched";
import { useOperator } from "../api/useOperator";
import { useSuccessMessage } from "../hooks/appState";
import { CheckboxInput } from "../ui/CheckboxInput";
import { FormDialog } from "../ui/FormDialog";
import { TextInput } from "../ui/TextInput";
import { strings } from "./strings";

interface Props {
  /** null for all that are orphaned */
  names: string[] | null;
  onClose: () => void;
  onDone: () => void;
}

/** Says which collections will be deleted, and why they can be; and deletes them. */
export function DeleteDialog({ names, onClose, onDone }: Props) {
  const [include_deleted_datasets, setInclude] = useState(false);
  const [typed, setTyped] = useState("");
  const showSuccess = useSuccessMessage();
  const cleanUp = useOperator("cleanup_collections");
  const asked: Omit<DeletionParams, "dry_run"> = names ? { names } : { orphaned: true, include_deleted_datasets };
  const plan = useFetched(() => cleanUp({ ...asked, dry_run: true }), JSON.stringify(names), JSON.stringify(asked));
  const { run, busy, problem } = useCall();
  const candidates = plan.value?.candidates ?? [];
  const locked = candidates.find((one) => one.confirmation_needed && !one.allowed);
  const ready =
    !plan.loading &&
    candidates.length > 0 &&
    candidates.every((one) => one.allowed || (one.confirmation_needed && typed === one.name));
  const deleteShown = () => {
    // only those that were shown: by now there may be others
    const shown: Omit<DeletionParams, "dry_run"> = {
      names: candidates.map((one) => one.name),
      ...(!names && { include_deleted_datasets }),
      confirmed_names: typed ? [typed] : [],
    };
    run(() => cleanUp({ ...shown, dry_run: false }), ({ message }) => {
      showSuccess(message);
      onClose();
      onDone();
    });
  };
  return (
    <FormDialog
      danger
      title={names ? strings.deleteCollections(names) : strings.cleanUpTitle}
      action={strings.delete}
      acting={strings.deleting}
      busy={busy}
      ready={ready}
      problem={problem ?? plan.error}
      onRetry={plan.error ? plan.reload : undefined}
      onSubmit={deleteShown}
      onClose={onClose}
    >
      {plan.loading && !plan.value && <Skeleton variant="rounded" height={64} />}
      {plan.value && (
        <Stack spacing={1} data-cy="milvus-plan">
          <Typography variant="body2">
            {candidates.length > 0
              ? strings.deletes(candidates.length)
              : strings.deletesNone}
          </Typography>
          <List of={candidates} />
          {plan.value.kept.length > 0 && (
            <>
              <Typography variant="body2">{strings.keeps}</Typography>
              <List of={plan.value.kept} />
            </>
          )}
        </Stack>
      )}
      {!names && (plan.value?.kept.length ?? 0) + Number(include_deleted_datasets) > 0 && (
        <CheckboxInput
          name="milvus-include-deleted"
          label={strings.includeOtherDatasets}
          checked={include_deleted_datasets}
          onChange={setInclude}
        />
      )}
      {locked && (
        <TextInput
          autoFocus
          label={strings.typeName}
          name="milvus-typed"
          value={typed}
          placeholder={locked.name}
          onChange={setTyped}
        />
      )}
    </FormDialog>
  );
}

function List({ of }: { of: DeletionCandidate[] }) {
  return (
    <Stack component="ul" spacing={0.5} sx={{ m: 0, pl: 2.5, listStyle: "disc", maxHeight: 200, overflow: "auto" }} tabIndex={0}>
      {of.map((one) => (
        <Typography key={one.name} component="li" variant="body2" sx={{ overflowWrap: "anywhere" }}>
          <bdi>{one.name}</bdi>
          <Typography component="span" variant="caption" color="text.secondary" sx={{ display: "block" }}>
            {amount(one)}
            {one.reason}
          </Typography>
        </Typography>
      ))}
    </Stack>
  );
}

function amount({ rows, size_bytes }: DeletionCandidate): string {
  return rows === null ? "" : strings.amount(rows, size_bytes);
}
