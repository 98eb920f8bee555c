import type { TextFieldProps } from "@mui/material";
import { readable } from "./colors";

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
