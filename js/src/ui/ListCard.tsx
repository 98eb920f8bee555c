import { Paper, Stack, Typography } from "@mui/material";
import type { ReactNode } from "react";

interface Props {
  name: string;
  /** for tests */
  cy: string;
  /** about how high it is, in pixels */
  height: number;
  /** what stands beside the name */
  actions: ReactNode;
  children: ReactNode;
}

/** One of a list of things with names, of which there may be hundreds. */
export function ListCard({ name, cy, height, actions, children }: Props) {
  return (
    <Paper variant="outlined" component="li" aria-label={name} data-cy={cy} sx={card(height)}>
      <Stack direction="row" alignItems="center" spacing={0.5}>
        <Typography
          component="h3"
          variant="body2"
          fontWeight={600}
          noWrap
          dir="auto"
          title={name}
          sx={{ flex: 1, textAlign: "start" }}
        >
          {name}
        </Typography>
        {actions}
      </Stack>
      {children}
    </Paper>
  );
}

// what isn't in sight is neither laid out nor painted, so that 200 cards cost little
const card = (height: number) => ({
  p: 1,
  listStyle: "none",
  backgroundImage: "none",
  contentVisibility: "auto",
  containIntrinsicSize: `auto ${height}px`,
});
