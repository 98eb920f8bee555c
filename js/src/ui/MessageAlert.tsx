import { Alert, Button } from "@mui/material";

interface Props {
  message: string | null | undefined;
  severity?: "error" | "warning" | "info";
  name?: string;
  onRetry?: () => void;
  onClose?: () => void;
}

/** What went wrong, or what is to be known; or nothing. */
export function MessageAlert({ message, severity = "error", name, onRetry, onClose }: Props) {
  if (!message) return null;
  return (
    <Alert
      severity={severity}
      data-cy={name ?? "milvus-problem"}
      onClose={onClose}
      closeText="Dismiss"
      action={
        onRetry && (
          <Button color="inherit" size="small" data-cy="milvus-retry" onClick={onRetry}>
            Retry
          </Button>
        )
      }
      sx={{ py: 0.25, overflowWrap: "anywhere", whiteSpace: "pre-line" }}
    >
      {message}
    </Alert>
  );
}
