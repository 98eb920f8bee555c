import { Skeleton, Typography } from "@mui/material";
import { useApi } from "../api/client";
import { useCall } from "../api/useCall";
import { useFetched } from "../api/useFetched";
import { useSuccessMessage } from "../hooks/appState";
import { FormDialog } from "../ui/FormDialog";
import type { DialogProps } from "./dialogProps";
import { strings } from "./strings";

/** Says what will be deleted before anything is. */
export function CleanupDialog({ index, open, onClose, onChanged }: DialogProps) {
  const { brain_key } = index;
  const api = useApi();
  const showSuccess = useSuccessMessage();
  const plan = useFetched(() => api.cleanup_plan({ brain_key }), brain_key);
  const { run, busy, problem } = useCall();
  const cleanUp = () =>
    run(() => api.cleanup({ brain_key }), ({ message }) => {
      showSuccess(message);
      onClose();
      onChanged();
    });
  return (
    <FormDialog
      open={open}
      danger
      title={strings.cleanUpIndex(brain_key)}
      action={strings.cleanUp}
      acting={strings.cleaningUp}
      busy={busy}
      ready={plan.value !== null}
      problem={problem ?? plan.error}
      onRetry={plan.error ? plan.reload : undefined}
      onSubmit={cleanUp}
      onClose={onClose}
    >
      {plan.loading && !plan.value && <Skeleton variant="rounded" height={48} />}
      {plan.value && (
        <Typography variant="body2" data-cy="milvus-plan" sx={{ whiteSpace: "pre-line", overflowWrap: "anywhere" }}>
          {plan.value.message}
        </Typography>
      )}
    </FormDialog>
  );
}
