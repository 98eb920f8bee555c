import type { Theme } from "@mui/material";

/** Text in a color that says something: the App's own is too pale to be read on white. */
export const readable =
  (color: "error" | "warning") =>
  ({ palette }: Theme) =>
    `color-mix(in srgb, ${palette[color].main} 60%, ${palette.text.primary})`;
