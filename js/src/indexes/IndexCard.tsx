import { Button, Chip, Paper, Stack, Tooltip, Typography } from "@mui/material";
import type { Index } from "../shared/api";
import { counted, date } from "../shared/format";
import { Problem } from "../shared/Problem";

interface Props {
  index: Index;
  /** something is being built or synced */
  busy: boolean;
  onSync: () => void;
  onCleanup: () => void;
}

export function IndexCard({ index, busy, onSync, onCleanup }: Props) {
  return (
    <Paper
      variant="outlined"
      data-cy={`milvus-index-${index.brain_key}`}
      sx={{ p: 1, backgroundImage: "none" }}
    >
      <Stack direction="row" alignItems="center" spacing={1}>
        <Typography variant="body2" fontWeight={600} noWrap sx={{ flex: 1 }} title={index.brain_key}>
          {index.brain_key}
        </Typography>
        <Tooltip title="Embed what is missing or changed, and remove what is gone">
          <span>
            <Button
              size="small"
              color={index.partial ? "primary" : "secondary"}
              aria-label={`${index.partial ? "Finish" : "Sync"} ${index.brain_key}`}
              data-cy={`milvus-sync-${index.brain_key}`}
              disabled={busy}
              onClick={onSync}
            >
              {index.partial ? "Finish" : "Sync"}
            </Button>
          </span>
        </Tooltip>
        <Button
          size="small"
          color="secondary"
          aria-label={`Clean up ${index.brain_key}`}
          data-cy={`milvus-cleanup-${index.brain_key}`}
          onClick={onCleanup}
        >
          Clean up
        </Button>
      </Stack>
      <Facts index={index} />
      <Typography variant="caption" color="text.secondary" component="p" sx={{ mt: 0.5 }}>
        <span data-cy="milvus-size">
          {index.size === null ? "Size unknown" : counted(index.size, "vector")}
        </span>
        {` · ${date(index.created)}`}
      </Typography>
      <Problem message={index.problem} severity="warning" name="milvus-index-problem" />
    </Paper>
  );
}

function Facts({ index }: { index: Index }) {
  const source = index.model ?? index.embeddings_field;
  const foreign = !index.owned && index.collection_name !== null && !index.problem;
  return (
    <Stack direction="row" useFlexGap flexWrap="wrap" spacing={0.5}>
      <Fact text={index.patches_field ?? "samples"} title="What is indexed" />
      {source && <Fact text={source} title={index.model ? "Model" : "Embeddings field"} />}
      <Fact text={index.metric} title="Metric" />
      {index.partial && (
        <Fact text="not finished" title="Its build was stopped: searches see a part" />
      )}
      {index.supports_prompts && <Fact text="text" title="Its model embeds text, too" />}
      {foreign && (
        <Fact text="foreign collection" title="Its Milvus collection was made elsewhere" />
      )}
    </Stack>
  );
}

function Fact({ text, title }: { text: string; title: string }) {
  return (
    <Tooltip title={title}>
      <Chip
        size="small"
        variant="outlined"
        label={text}
        sx={{ maxWidth: "100%", borderColor: "divider" }}
      />
    </Tooltip>
  );
}
