import {
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogContentText,
  DialogTitle,
  Skeleton,
} from "@mui/material";
import { useId } from "react";
import { Problem } from "../shared/Problem";
import { useCleanup } from "./useCleanup";

interface Props {
  brainKey: string;
  onClose: () => void;
  onDone: () => void;
}

/** Says what would go before anything does. */
export function CleanupDialog({ brainKey, onClose, onDone }: Props) {
  const id = useId();
  const { plan, busy, problem, cleanUp } = useCleanup({ brain_key: brainKey, onClose, onDone });
  return (
    <Dialog
      open
      fullWidth
      maxWidth="xs"
      aria-labelledby={id}
      onClose={() => !busy && onClose()}
      PaperProps={{ "data-cy": "milvus-confirm" } as object}
      sx={{ zIndex: "modal" }}
    >
      <DialogTitle id={id} sx={{ overflowWrap: "anywhere" }}>
        Clean up {brainKey}?
      </DialogTitle>
      <DialogContent>
        {plan.loading && !plan.value && <Skeleton variant="rounded" height={48} />}
        {plan.value && (
          <DialogContentText data-cy="milvus-plan" sx={{ mb: 1, whiteSpace: "pre-line" }}>
            {plan.value.message}
          </DialogContentText>
        )}
        <Problem message={problem} onRetry={plan.error ? plan.reload : undefined} />
      </DialogContent>
      <DialogActions>
        <Button color="secondary" data-cy="milvus-confirm-cancel" disabled={busy} onClick={onClose}>
          Cancel
        </Button>
        <Button
          color="error"
          variant="contained"
          data-cy="milvus-confirm-button"
          disabled={busy || !plan.value}
          onClick={() => void cleanUp()}
        >
          {busy ? "Cleaning up…" : "Clean up"}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
