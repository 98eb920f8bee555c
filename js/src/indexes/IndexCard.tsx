import { Button, Chip, Stack, Typography } from "@mui/material";
import { memo } from "react";
import type { Index } from "../api/contract";
import { ActionsMenu } from "../ui/ActionsMenu";
import { ListCard } from "../ui/ListCard";
import { MessageAlert } from "../ui/MessageAlert";
import type { DialogKind } from "./dialogProps";
import { HealthSummary } from "./HealthSummary";
import { strings } from "./strings";

interface Props {
  index: Index;
  /** its size isn't known yet */
  counting: boolean;
  /** something works on it */
  busy: boolean;
  onDialog: (kind: DialogKind, brain_key: string) => void;
  onCheck: (brain_key: string) => void;
  onMap: (brain_key: string) => void;
  onResume: (brain_key: string) => void;
}

/**
 * An index: what it is of, its health, and what can be done with it. It is rendered again
 * only when it changes: there may be hundreds, and jobs are asked for every second.
 */
export const IndexCard = memo(function IndexCard({ index, counting, busy, onDialog, ...run }: Props) {
  const { brain_key, partial } = index;
  const open = (kind: DialogKind) => onDialog(kind, brain_key);
  return (
    <ListCard
      name={brain_key}
      cy={`milvus-index-${brain_key}`}
      height={128}
      actions={
        <>
          <Button
            size="small"
            variant={partial ? "outlined" : "text"}
            color={partial ? "primary" : "secondary"}
            sx={partial ? { color: "text.primary" } : undefined}
            aria-label={partial ? strings.resumeIndex(brain_key) : strings.syncIndex(brain_key)}
            data-cy={`milvus-sync-${brain_key}`}
            disabled={busy}
            onClick={() => (partial ? run.onResume(brain_key) : open("sync"))}
          >
            {partial ? strings.resume : strings.sync}
          </Button>
          <ActionsMenu
            of={brain_key}
            actions={[
              { name: "check", label: strings.check, icon: "rule", onClick: () => run.onCheck(brain_key), disabled: busy },
              { name: "rename", label: strings.rename, icon: "edit", onClick: () => open("rename"), disabled: busy },
              { name: "move", label: strings.move, icon: "drive_file_move", onClick: () => open("move"), disabled: busy },
              { name: "export", label: strings.export, icon: "file_download", onClick: () => open("export"), disabled: busy },
              { name: "map", label: strings.map, icon: "scatter_plot", onClick: () => run.onMap(brain_key), disabled: busy },
              { name: "cleanup", label: strings.cleanUp, icon: "delete", onClick: () => open("cleanup"), apart: true },
            ]}
          />
        </>
      }
    >
      <Stack direction="row" useFlexGap flexWrap="wrap" spacing={0.5} sx={{ mb: 0.75 }}>
        {facts(index, counting).map(({ text, about }) => (
          <Chip
            key={about}
            size="small"
            variant="outlined"
            title={about}
            label={text}
            sx={{ maxWidth: "100%", borderColor: "divider" }}
          />
        ))}
      </Stack>
      <HealthSummary index={index} />
      <Typography variant="caption" color="text.secondary" component="p" sx={{ mt: 0.25 }}>
        <span data-cy="milvus-size">
          {counting ? strings.counting : index.size === null ? strings.sizeUnknown : strings.vectors(index.size)}
        </span>
        {` · ${strings.built(index.created)}`}
      </Typography>
      <MessageAlert message={index.problem} severity="warning" name="milvus-index-problem" />
      <MessageAlert message={index.credentials_warning} severity="info" name="milvus-credentials-warning" />
    </ListCard>
  );
});

interface Fact {
  text: string;
  /** its tooltip */
  about: string;
}

/** What an index is of, and how it can be searched. */
function facts(index: Index, counting: boolean): Fact[] {
  const { patches_field, model, embeddings_field, metric, supports_prompts } = index;
  const unmanaged = !counting && !index.owned && index.collection_name !== null && !index.problem;
  const all: (Fact | false | null)[] = [
    { text: patches_field ? strings.patchesIn(patches_field) : strings.samples, about: strings.indexed },
    model !== null && { text: model, about: strings.model },
    embeddings_field !== null && { text: embeddings_field, about: strings.embeddingsField },
    { text: metric, about: strings.metric },
    supports_prompts && { text: strings.textSearch, about: strings.canSearchText },
    model !== null && { text: strings.imageSearch, about: strings.canSearchImages },
    index.other_server !== null && { text: strings.onServer(index.other_server), about: strings.itsServer },
    index.partial && { text: strings.unfinished, about: strings.isUnfinished },
    unmanaged && { text: strings.unmanaged, about: strings.isUnmanaged },
  ];
  return all.filter((fact): fact is Fact => Boolean(fact));
}
