import { Button, type ButtonProps } from "@mui/material";

/** The one thing to do next. In black: white on the App's orange and red is hard to read. */
export function PrimaryButton({ sx, ...props }: ButtonProps) {
  return (
    <Button variant="contained" {...props} sx={{ "&:not(.Mui-disabled)": { color: "common.black" }, ...sx }} />
  );
}
