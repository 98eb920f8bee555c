import { Box, Stack, Typography } from "@mui/material";
import type { IndexHealth, Index } from "../api/contract";
import { count } from "../ui/format";
import { describe, parts, type Part } from "./healthParts";
import { strings } from "./strings";

/** The health of an index: a bar, its legend, and when it was compared with the dataset. */
export function HealthSummary({ index }: { index: Index }) {
  const shown = parts(index);
  return (
    <Stack spacing={0.5} data-cy="milvus-index-coverage">
      <CoverageBar parts={shown} />
      <Stack direction="row" useFlexGap flexWrap="wrap" sx={{ columnGap: 1.5 }}>
        {shown.map((part) => (
          <Legend key={part.name} part={part} />
        ))}
        <Typography variant="caption" color="text.secondary">
          {age(index.health)}
        </Typography>
      </Stack>
      {index.health && index.health.unavailable > 0 && (
        <Typography variant="caption" color="text.secondary">
          {strings.unavailable(index.health.unavailable)}
        </Typography>
      )}
    </Stack>
  );
}

function Legend({ part: { name, rows, color } }: { part: Part }) {
  return (
    <Typography variant="caption" component="span" sx={{ whiteSpace: "nowrap" }} data-part={name}>
      <Box
        component="span"
        aria-hidden
        sx={{ display: "inline-block", width: 8, height: 8, borderRadius: "2px", bgcolor: color, mr: 0.5 }}
      />
      {`${count(rows)} ${strings.healthParts[name]}`}
    </Typography>
  );
}

/** When the index was compared with the dataset, and what isn't known. */
function age(coverage: IndexHealth | null): string {
  if (!coverage) return strings.notCompared;
  const notes = [coverage.changed && strings.datasetChanged, !coverage.scope_known && strings.scopeUnknown];
  return [strings.compared(coverage.checked), ...notes].filter(Boolean).join("; ");
}

/** The parts of an index as a bar, which is described to screen readers. */
function CoverageBar({ parts }: { parts: Part[] }) {
  return (
    <Box
      role="img"
      aria-label={describe(parts) || strings.healthUnknown}
      data-cy="milvus-coverage-bar"
      sx={{
        display: "flex",
        gap: "1px",
        height: 6,
        borderRadius: 1,
        overflow: "hidden",
        bgcolor: "action.hover",
      }}
    >
      {parts.map(({ name, rows, color }) => (
        <Box
          key={name}
          data-part={name}
          sx={{ flex: `${rows} 0 0`, minWidth: 3, bgcolor: color }}
        />
      ))}
    </Box>
  );
}
