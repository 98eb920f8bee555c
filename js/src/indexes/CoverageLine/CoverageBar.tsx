import { Box } from "@mui/material";
import { told, type Part } from "./parts";

/** How much of an index is true, drawn to scale; its words are read out. */
export function CoverageBar({ parts }: { parts: Part[] }) {
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
