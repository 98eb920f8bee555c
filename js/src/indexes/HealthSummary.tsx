import { Box, Stack, Typography } from "@mui/material";
import type { Coverage, Index } from "../api/contract";
import { ago, count } from "../ui/format";
import { type Part, parts, told } from "./healthParts";

/** An index against its dataset: the bar, its legend, and how old the news is. */
export function HealthSummary({ index }: { index: Index }) {
  const drawn = parts(index);
  return (
    <Stack spacing={0.5} data-cy="milvus-index-coverage">
      <CoverageBar parts={drawn} />
      <Stack direction="row" useFlexGap flexWrap="wrap" sx={{ columnGap: 1.5 }}>
        {drawn.map((part) => (
          <Legend key={part.name} part={part} />
        ))}
        <Typography variant="caption" color="text.secondary">
          {age(index.coverage)}
        </Typography>
      </Stack>
      {index.coverage && index.coverage.unavailable > 0 && (
        <Typography variant="caption" color="text.secondary">
          {`${count(index.coverage.unavailable)} more can't be indexed: no file, or no usable vector`}
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
      {`${count(rows)} ${name}`}
    </Typography>
  );
}

/** How old the numbers are, and whether they are all there is to know. */
function age(coverage: Coverage | null): string {
  if (!coverage) return "not compared yet";
  const when = `compared ${ago(coverage.checked)}`;
  const made = coverage.scope_known ? "" : "; not known what it was made over";
  return `${when}${coverage.changed ? "; the dataset changed since" : ""}${made}`;
}

/** How much of an index is true, drawn to scale; its words are read out. */
function CoverageBar({ parts }: { parts: Part[] }) {
  return (
    <Box
      role="img"
      aria-label={told(parts) || "Not known"}
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
