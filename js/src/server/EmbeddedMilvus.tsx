import { Button, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { useApi } from "../api/client";
import type { EmbeddedServer } from "../api/contract";
import { useCall } from "../api/useCall";
import { FormDialog } from "../ui/FormDialog";
import { MessageAlert } from "../ui/MessageAlert";
import { PrimaryButton } from "../ui/PrimaryButton";
import { Section } from "../ui/Section";
import { strings } from "./strings";

interface Props {
  embedded: EmbeddedServer;
  onStarted: () => void;
  onStopped: () => void;
}

/** The embedded Milvus: where its data is, and buttons that start and stop it. */
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
      title={strings.embeddedMilvus}
      action={
        embedded.running ? (
          <Button size="small" color="secondary" variant="outlined" data-cy="milvus-stop" onClick={() => setAsking(true)}>
            {strings.stop}
          </Button>
        ) : (
          <PrimaryButton
            size="small"
            data-cy="milvus-start"
            disabled={start.busy}
            onClick={() => start.run(() => api.start_embedded(), onStarted)}
          >
            {start.busy ? strings.starting : strings.start}
          </PrimaryButton>
        )
      }
    >
      <Stack spacing={0.5} data-cy="milvus-embedded">
        <Typography variant="body2">
          {embedded.running
            ? strings.isRunning
            : strings.isStopped}
        </Typography>
        <Typography variant="caption" color="text.secondary" sx={{ overflowWrap: "anywhere" }}>
          {strings.data} <code>{embedded.folder}</code>
        </Typography>
        <Typography variant="caption" color="text.secondary" sx={{ overflowWrap: "anywhere" }}>
          {strings.log} <code>{embedded.log}</code>
        </Typography>
      </Stack>
      <MessageAlert message={start.problem} />
      {asking && (
        <FormDialog
          title={strings.stopEmbedded}
          action={strings.stop}
          acting={strings.stopping}
          busy={stop.busy}
          problem={stop.problem}
          onSubmit={stopMilvus}
          onClose={() => setAsking(false)}
        >
          <Typography variant="body2">{strings.stopWarning}</Typography>
        </FormDialog>
      )}
    </Section>
  );
}
