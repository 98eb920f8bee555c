import type { TextFieldProps, Theme } from "@mui/material";

/** Text in a color that says something: the App's own is too pale to be read on white. */
export const readable =
  (color: "error" | "warning") =>
  ({ palette }: Theme) =>
    `color-mix(in srgb, ${palette[color].main} 60%, ${palette.text.primary})`;

/** How a button shows that the keyboard is on it, where a ripple would take too long to draw. */
export const FOCUS = {
  "&.Mui-focusVisible": { outline: "2px solid", outlineColor: "primary.main", outlineOffset: -2 },
};

/** Read to people who don't see the page, and not shown. */
export const hidden = {
  position: "absolute",
  width: "1px",
  height: "1px",
  m: 0,
  overflow: "hidden",
  clipPath: "inset(50%)",
  whiteSpace: "nowrap",
} as const;

/** How every field looks. */
export const FIELD = {
  size: "small",
  InputLabelProps: { shrink: true },
  sx: {
    "& .MuiFormHelperText-root.Mui-error, & .MuiFormLabel-root.Mui-error": {
      color: readable("error"),
    },
  },
} satisfies TextFieldProps;
