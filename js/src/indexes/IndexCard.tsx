import { Button, Chip, Stack, Typography } from "@mui/material";
import type { Index } from "../api/contract";
import { ActionsMenu } from "../ui/ActionsMenu";
import { counted, date } from "../ui/format";
import { ListCard } from "../ui/ListCard";
import { MessageAlert } from "../ui/MessageAlert";
import type { DialogKind } from "./dialogProps";
import { HealthSummary } from "./HealthSummary";

interface Props {
  index: Index;
  /** something works on it */
  busy: boolean;
  onDialog: (kind: DialogKind) => void;
  onCheck: () => void;
  onResume: () => void;
}

/** An index: what it is, how true it is to the dataset, and what can be done with it. */
export function IndexCard({ index, busy, onDialog, onCheck, onResume }: Props) {
  const { brain_key, partial } = index;
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
            aria-label={`${partial ? "Resume" : "Sync"} ${brain_key}`}
            data-cy={`milvus-sync-${brain_key}`}
            disabled={busy}
            onClick={partial ? onResume : () => onDialog("sync")}
          >
            {partial ? "Resume" : "Sync"}
          </Button>
          <ActionsMenu
            of={brain_key}
            actions={[
              { name: "check", label: "Compare with the dataset", icon: "rule", onClick: onCheck, disabled: busy },
              { name: "rename", label: "Rename", icon: "edit", onClick: () => onDialog("rename"), disabled: busy },
              { name: "move", label: "Move", icon: "drive_file_move", onClick: () => onDialog("move"), disabled: busy },
              { name: "export", label: "Export", icon: "file_download", onClick: () => onDialog("export"), disabled: busy },
              { name: "cleanup", label: "Clean up", icon: "delete", onClick: () => onDialog("cleanup"), apart: true },
            ]}
          />
        </>
      }
    >
      <Stack direction="row" useFlexGap flexWrap="wrap" spacing={0.5} sx={{ mb: 0.75 }}>
        {facts(index).map(({ text, about }) => (
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
          {index.size === null ? "Size unknown" : counted(index.size, "vector")}
        </span>
        {` · built ${date(index.created)}`}
      </Typography>
      <MessageAlert message={index.problem} severity="warning" name="milvus-index-problem" />
      <MessageAlert message={index.unsent} severity="info" name="milvus-index-unsent" />
    </ListCard>
  );
}

interface Fact {
  text: string;
  /** what it says, for who points at it */
  about: string;
}

/** What an index is of, and what it can. */
function facts(index: Index): Fact[] {
  const { patches_field, model, embeddings_field, metric, supports_prompts } = index;
  const foreign = !index.owned && index.collection_name !== null && !index.problem;
  const told: (Fact | false | null)[] = [
    { text: patches_field ? `patches in ${patches_field}` : "samples", about: "What is indexed" },
    model !== null && { text: model, about: "Model" },
    embeddings_field !== null && { text: embeddings_field, about: "Embeddings field" },
    { text: metric, about: "Metric" },
    supports_prompts && { text: "text search", about: "Can be searched by text" },
    model !== null && { text: "image search", about: "Can be searched by an image that is uploaded" },
    index.elsewhere !== null && { text: `on ${index.elsewhere}`, about: "The Milvus that it is on" },
    index.partial && { text: "not finished", about: "Its build was stopped: searches see a part" },
    foreign && { text: "foreign collection", about: "Its Milvus collection was made elsewhere" },
  ];
  return told.filter((fact): fact is Fact => Boolean(fact));
}
