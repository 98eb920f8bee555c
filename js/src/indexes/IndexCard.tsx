import { Button, Chip, Paper, Stack, Tooltip, Typography } from "@mui/material";
import type { Index } from "../shared/api";
import { counted, date } from "../shared/format";
import { Problem } from "../shared/Problem";

export function IndexCard({ index, onCleanup }: { index: Index; onCleanup: () => void }) {
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
