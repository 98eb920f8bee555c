import { MuiIconFont } from "@fiftyone/components";
import { Stack, Typography } from "@mui/material";
import type { ReactNode } from "react";

interface Props {
  icon: string;
  title: string;
  text: string;
  name?: string;
  children?: ReactNode;
}

/** What stands where there is nothing to show yet. */
export function EmptyState({ icon, title, text, name, children }: Props) {
  return (
    <Stack
      data-cy={name}
      spacing={1}
      alignItems="center"
      sx={{ px: 2, py: 3, color: "text.secondary", textAlign: "center" }}
    >
      <MuiIconFont name={icon} sx={{ fontSize: 32 }} />
      <Typography component="h2" variant="subtitle1" color="text.primary">
        {title}
      </Typography>
      <Typography variant="body2" sx={{ maxWidth: 360 }}>
        {text}
      </Typography>
      {children}
    </Stack>
  );
}
