import { Button, Dialog, DialogActions, DialogContent, DialogTitle, Stack } from "@mui/material";
import { useId, type ReactNode } from "react";
import { MessageAlert } from "./MessageAlert";
import { PrimaryButton } from "./PrimaryButton";
import { strings } from "./strings";

interface Props {
  open?: boolean;
  title: string;
  /** the button's text, and the one while it is busy */
  action: string;
  acting?: string;
  /** something is lost by it */
  danger?: boolean;
  busy?: boolean;
  ready?: boolean;
  problem?: string | null;
  onRetry?: () => void;
  onSubmit: () => void;
  onClose: () => void;
  /** stops what it is busy with; without it, that can't be stopped here */
  onStop?: () => void;
  children: ReactNode;
}

/** A form in a dialog: Enter submits it, Esc closes it. */
export function FormDialog(props: Props) {
  const { open = true, title, action, acting, danger, busy, ready = true } = props;
  const { problem, onRetry, onSubmit, onClose, onStop } = props;
  const id = useId();
  return (
    <Dialog
      open={open}
      fullWidth
      maxWidth="xs"
      aria-labelledby={id}
      onClose={() => !busy && onClose()}
      PaperProps={{ "data-cy": "milvus-confirm", sx: { m: 2, width: "calc(100% - 32px)" } } as object}
      sx={{ zIndex: "modal" }}
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !busy) onSubmit();
        }}
      >
        <DialogTitle id={id} sx={{ overflowWrap: "anywhere", pb: 1 }}>
          {title}
        </DialogTitle>
        <DialogContent>
          <Stack spacing={1.5} sx={{ pt: 0.75 }}>
            {props.children}
            <MessageAlert message={problem} onRetry={onRetry} />
          </Stack>
        </DialogContent>
        <DialogActions>
          <Button color="secondary" data-cy="milvus-confirm-cancel" disabled={busy && !onStop} onClick={busy ? onStop : onClose}>
            {strings.cancel}
          </Button>
          <PrimaryButton
            type="submit"
            color={danger ? "error" : "primary"}
            data-cy="milvus-confirm-button"
            disabled={busy || !ready}
          >
            {busy ? (acting ?? `${action}…`) : action}
          </PrimaryButton>
        </DialogActions>
      </form>
    </Dialog>
  );
}
