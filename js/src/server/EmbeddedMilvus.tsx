import { Button, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { useApi } from "../api/client";
import type { EmbeddedServer } from "../api/contract";
import { FormDialog } from "../ui/FormDialog";
import { PrimaryButton } from "../ui/PrimaryButton";
import { MessageAlert } from "../ui/MessageAlert";
import { Section } from "../ui/Section";
import { useCall } from "../api/useCall";

interface Props {
  embedded: EmbeddedServer;
  onStarted: () => void;
  onStopped: () => void;
}

/** This machine's own Milvus: where its data is, and starting and stopping it. */
export function EmbeddedMilvus({ embedded, onStarted, onStopped }: Props) {
  const api = useApi();
  const [asking, setAsking] = useState(false);
  const start = useCall();
  const stop = useCall();
  const stopMilvus = () =>
    stop.run(() => api.stop_embedded(), () => {
      setAsking(false);
      onStopped();
    });
  return (
    <Section
      title="Embedded Milvus"
      action={
        embedded.running ? (
          <Button size="small" color="secondary" variant="outlined" data-cy="milvus-stop" onClick={() => setAsking(true)}>
            Stop
          </Button>
        ) : (
          <PrimaryButton
            size="small"
            data-cy="milvus-start"
            disabled={start.busy}
            onClick={() => start.run(() => api.start_embedded(), onStarted)}
          >
            {start.busy ? "Starting…" : "Start"}
          </PrimaryButton>
        )
      }
    >
      <Stack spacing={0.5} data-cy="milvus-embedded">
        <Typography variant="body2">
          {embedded.running
            ? "Milvus Lite runs on this machine for every FiftyOne process of yours, and stops by itself when nobody uses it."
            : "It is stopped. It starts by itself as soon as an index is searched or built."}
        </Typography>
        <Typography variant="caption" color="text.secondary" sx={{ overflowWrap: "anywhere" }}>
          Data: <code>{embedded.folder}</code>
        </Typography>
        <Typography variant="caption" color="text.secondary" sx={{ overflowWrap: "anywhere" }}>
          Log: <code>{embedded.log}</code>
        </Typography>
      </Stack>
      <MessageAlert message={start.problem} />
      {asking && (
        <FormDialog
          title="Stop the embedded Milvus?"
          action="Stop"
          acting="Stopping…"
          busy={stop.busy}
          problem={stop.problem}
          onSubmit={stopMilvus}
          onClose={() => setAsking(false)}
        >
          <Typography variant="body2">
            Whoever searches or builds an index now, here or in another process, is interrupted.
            All data stays, and it starts again by itself when it is needed.
          </Typography>
        </FormDialog>
      )}
    </Section>
  );
}
