import { Button, Stack } from "@mui/material";
import { useState } from "react";
import type { Index } from "../shared/api";
import { Empty } from "../shared/Empty";
import { Problem } from "../shared/Problem";
import { Section } from "../shared/Section";
import { CleanupDialog } from "./CleanupDialog";
import { IndexCard } from "./IndexCard";
import type { Sync } from "./useSync";

interface Props {
  indexes: Index[];
  /** an index is being described or built */
  busy: boolean;
  sync: Sync;
  onNew: () => void;
  onChanged: () => void;
}

export function Indexes({ indexes, busy, sync, onNew, onChanged }: Props) {
  const [doomed, setDoomed] = useState<string | null>(null);
  if (indexes.length === 0) return busy ? null : <NoIndex onNew={onNew} />;
  return (
    <Section
      title={`Indexes (${indexes.length})`}
      action={
        !busy && (
          <Button
            size="small"
            variant="outlined"
            color="secondary"
            data-cy="milvus-new-index"
            onClick={onNew}
          >
            New index
          </Button>
        )
      }
    >
      <Problem message={sync.problem} />
      <Stack spacing={1}>
        {indexes.map((index) => (
          <IndexCard
            key={index.brain_key}
            index={index}
            busy={busy || sync.syncing !== null}
            onSync={() => sync.sync({ brain_key: index.brain_key }, false)}
            onCleanup={() => setDoomed(index.brain_key)}
          />
        ))}
      </Stack>
      {doomed !== null && (
        <CleanupDialog brainKey={doomed} onClose={() => setDoomed(null)} onDone={onChanged} />
      )}
    </Section>
  );
}

function NoIndex({ onNew }: { onNew: () => void }) {
  return (
    <Empty
      name="milvus-empty"
      icon="hub"
      title="No index yet"
      text="An index keeps an embedding of every sample or patch in Milvus, so that you can sort the grid by similarity to a picture or to words."
    >
      <Button variant="contained" data-cy="milvus-new-index" onClick={onNew}>
        New index
      </Button>
    </Empty>
  );
}
