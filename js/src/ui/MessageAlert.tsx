import { Alert, Button } from "@mui/material";
import { strings } from "./strings";

interface Props {
  message: string | null | undefined;
  severity?: "error" | "warning" | "info";
  name?: string;
  onRetry?: () => void;
  onClose?: () => void;
}

/** An error, a warning or a note; nothing if there is no message. */
export function MessageAlert({ message, severity = "error", name, onRetry, onClose }: Props) {
  if (!message) return null;
  return (
    <Alert
      severity={severity}
      data-cy={name ?? "milvus-problem"}
      onClose={onClose}
      closeText={strings.dismiss}
      action={
        onRetry && (
          <Button color="inherit" size="small" data-cy="milvus-retry" onClick={onRetry}>
            {strings.retry}
          </Button>
        )
      }
      sx={{ py: 0.25, overflowWrap: "anywhere", whiteSpace: "pre-line" }}
    >
      {message}
    </Alert>
  );
}
