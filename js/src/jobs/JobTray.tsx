import { Divider, Paper, Stack } from "@mui/material";
import type { ReactNode } from "react";
import { strings } from "./strings";

/** Jobs, a line each. */
export function JobTray({ children }: { children: ReactNode }) {
  return (
    <Paper
      component="section"
      variant="outlined"
      aria-label={strings.jobs}
      data-cy="milvus-jobs"
      sx={{ px: 1, py: 0.25, backgroundImage: "none" }}
    >
      <Stack divider={<Divider />}>{children}</Stack>
    </Paper>
  );
}
