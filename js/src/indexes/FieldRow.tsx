import { Box } from "@mui/material";
import type { ReactNode } from "react";

/** Two fields side by side where there is room. */
export function FieldRow({ children }: { children: ReactNode }) {
  return (
    <Box
      sx={{
        display: "grid",
        gap: 1.5,
        gridTemplateColumns: "repeat(auto-fit, minmax(min(180px, 100%), 1fr))",
      }}
    >
      {children}
    </Box>
  );
}
