import { Alert, AlertTitle, Button, Typography } from "@mui/material";
import type { Server } from "../api/contract";
import { strings } from "./strings";

interface Props {
  server: Server;
  /** seconds; null while it is tried */
  retryIn: number | null;
  onRetry: () => void;
}

/** Why Milvus doesn't answer, when it is tried again, and what to check. */
export function ServerDown({ server, retryIn, onRetry }: Props) {
  return (
    <Alert
      severity="error"
      data-cy="milvus-down"
      action={
        <Button color="inherit" size="small" data-cy="milvus-retry-now" onClick={onRetry} disabled={retryIn === null}>
          {strings.tryNow}
        </Button>
      }
      sx={{ overflowWrap: "anywhere" }}
    >
      <AlertTitle>{strings.noAnswer}</AlertTitle>
      {server.problem}
      <Typography variant="body2" component="p" sx={{ mt: 1, fontVariantNumeric: "tabular-nums" }}>
        {retryIn === null ? strings.trying : strings.retryIn(retryIn)}
      </Typography>
      <Typography variant="body2" component="ul" sx={{ pl: 2.5, my: 0.5, listStyle: "disc" }}>
        {(server.kind === "embedded" ? strings.embeddedSteps : strings.serverSteps).map((step) => (
          <li key={step}>{step}</li>
        ))}
      </Typography>
    </Alert>
  );
}
