import * as fos from "@fiftyone/state";
import { Skeleton, Typography } from "@mui/material";
import { useApi } from "../api/client";
import { FormDialog } from "../ui/FormDialog";
import { useAction } from "../api/useAction";
import { useFetched } from "../api/useFetched";
import type { DialogProps } from "./dialogProps";

/** Says what would go before anything does. */
export function CleanupDialog({ index, open, onClose, onChanged }: DialogProps) {
  const { brain_key } = index;
  const api = useApi();
  const notify = fos.useNotification();
  const plan = useFetched(() => api.cleanup_plan({ brain_key }), brain_key);
  const { run, busy, problem } = useAction(api.cleanup, ({ message }) => {
    notify({ msg: message, variant: "success" });
    onClose();
    onChanged();
  });
  return (
    <FormDialog
      open={open}
      danger
      title={`Clean up ${brain_key}?`}
      action="Clean up"
      acting="Cleaning up…"
      busy={busy}
      ready={plan.value !== null}
      problem={problem ?? plan.error}
      onRetry={plan.error ? plan.reload : undefined}
      onSubmit={() => void run({ brain_key })}
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
