import { Box, Stack, Typography } from "@mui/material";
import type { Coverage, Index } from "../../shared/api";
import { ago, count } from "../../shared/format";
import { CoverageBar } from "./CoverageBar";
import { parts, type Part } from "./parts";

/** An index against its dataset: the bar, its legend, and how old the news is. */
export function CoverageLine({ index }: { index: Index }) {
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
