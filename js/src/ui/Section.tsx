import { Paper, Stack, Typography } from "@mui/material";
import { useId, type ReactNode } from "react";

interface Props {
  title: string;
  /** a button beside the title */
  action?: ReactNode;
  children: ReactNode;
}

export function Section({ title, action, children }: Props) {
  const id = useId();
  return (
    <Paper
      component="section"
      variant="outlined"
      aria-labelledby={id}
      sx={{ p: 1.5, backgroundImage: "none" }}
    >
      <Stack spacing={1.5}>
        <Stack
          direction="row"
          useFlexGap
          flexWrap="wrap"
          alignItems="center"
          justifyContent="space-between"
          minHeight={30}
          sx={{ columnGap: 1 }}
        >
          <Typography id={id} component="h2" variant="subtitle2">
            {title}
          </Typography>
          {action}
        </Stack>
        {children}
      </Stack>
    </Paper>
  );
}
