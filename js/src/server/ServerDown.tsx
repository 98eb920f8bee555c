import { Alert, AlertTitle, Button, Typography } from "@mui/material";
import type { Server } from "../api/contract";
import { duration } from "../ui/format";

interface Props {
  server: Server;
  /** seconds; null while it is tried */
  retryIn: number | null;
  onRetry: () => void;
}

/** What failed, when it is tried again, and how to mend it. */
export function ServerDown({ server, retryIn, onRetry }: Props) {
  return (
    <Alert
      severity="error"
      data-cy="milvus-down"
      action={
        <Button color="inherit" size="small" data-cy="milvus-retry-now" onClick={onRetry} disabled={retryIn === null}>
          Try now
        </Button>
      }
      sx={{ overflowWrap: "anywhere" }}
    >
      <AlertTitle>Milvus doesn't answer</AlertTitle>
      {server.problem}
      <Typography variant="body2" component="p" sx={{ mt: 1, fontVariantNumeric: "tabular-nums" }}>
        {retryIn === null ? "Trying…" : `It is tried again in ${duration(retryIn)}.`}
      </Typography>
      <Typography variant="body2" component="ul" sx={{ pl: 2.5, my: 0.5, listStyle: "disc" }}>
        {(server.kind === "embedded" ? EMBEDDED : SERVER).map((step) => (
          <li key={step}>{step}</li>
        ))}
      </Typography>
    </Alert>
  );
}

const EMBEDDED = [
  "Start it below; if it doesn't start, its log says why.",
  "Its folder must be on a disk with room, and be yours to write to.",
];
const SERVER = [
  "See that it runs, and that this address and port are its own.",
  "See that this machine may reach it: firewall, VPN, http or https.",
  "To use another one, set the variables below and start FiftyOne again.",
];
