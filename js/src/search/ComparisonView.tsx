import { MuiIconFont } from "@fiftyone/components";
import { Box, IconButton, Stack, Typography } from "@mui/material";
import type { Compared, Comparison } from "../api/contract";
import { Thumbnail } from "../ui/Thumbnail";
import { strings } from "./strings";

interface Props {
  /** what the results are compared with */
  name: string;
  comparison: Comparison;
  onClose: () => void;
}

/** Two rankings side by side: of the first what the second has no more, and of that how each moved. */
export function ComparisonView({ name, comparison, onClose }: Props) {
  const { overlap, first, second } = comparison;
  return (
    <Stack spacing={1} data-cy="milvus-comparison">
      <Stack direction="row" alignItems="center" justifyContent="space-between">
        <Typography variant="body2" role="status" dir="auto" data-cy="milvus-overlap">
          {strings.compared(name, overlap)}
        </Typography>
        <IconButton size="small" autoFocus aria-label={strings.closeComparison} data-cy="milvus-close-comparison" onClick={onClose}>
          <MuiIconFont name="close" sx={{ fontSize: 18 }} />
        </IconButton>
      </Stack>
      <Box sx={{ display: "grid", gridTemplateColumns: "1fr 1fr", gap: 1 }}>
        <Column title={strings.theseResults} results={first} noteOf={({ other_rank }) => (other_rank === null ? strings.gone : "")} />
        <Column title={name} results={second} noteOf={movement} />
      </Box>
    </Stack>
  );
}

/** How far a result of the second ranking moved from the first. */
function movement({ rank, other_rank }: Compared): string {
  if (other_rank === null) return strings.newHere;
  if (other_rank === rank) return "";
  return other_rank > rank ? strings.up(other_rank - rank) : strings.down(rank - other_rank);
}

interface ColumnProps {
  title: string;
  results: Compared[];
  noteOf: (result: Compared) => string;
}

function Column({ title, results, noteOf }: ColumnProps) {
  return (
    <Box sx={{ minWidth: 0 }}>
      <Typography variant="caption" color="text.secondary" noWrap dir="auto" component="div">
        {title}
      </Typography>
      <Box component="ol" aria-label={title} sx={{ m: 0, p: 0, listStyle: "none" }}>
        {results.map((result) => (
          <Stack key={result.id} component="li" direction="row" spacing={1} alignItems="center" data-cy="milvus-compared" data-id={result.id} sx={{ mb: 0.5 }}>
            <Box sx={{ width: 56, flex: "none", borderRadius: 1, overflow: "hidden" }}>
              <Thumbnail filepath={result.filepath} box={result.box} alt="" />
            </Box>
            <Box sx={{ minWidth: 0 }}>
              <Typography variant="caption" noWrap dir="auto" component="div">
                {result.rank} {result.caption}
              </Typography>
              <Typography variant="caption" color="text.secondary" data-cy="milvus-moved">
                {noteOf(result)}
              </Typography>
            </Box>
          </Stack>
        ))}
      </Box>
    </Box>
  );
}
