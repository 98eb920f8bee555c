import type { TextFieldProps } from "@mui/material";

/** How every field looks. The App's red alone is too pale to be read on white. */
export const FIELD = {
  size: "small",
  InputLabelProps: { shrink: true },
  sx: {
    "& .MuiFormHelperText-root.Mui-error, & .MuiFormLabel-root.Mui-error": {
      color: ({ palette }) => `color-mix(in srgb, ${palette.error.main} 75%, ${palette.text.primary})`,
    },
  },
} satisfies TextFieldProps;
