import { MuiIconFont } from "@fiftyone/components";
import { Box, Button } from "@mui/material";
import { useId, type ReactNode } from "react";

interface Props {
  title: string;
  name: string;
  open: boolean;
  onToggle: (open: boolean) => void;
  children: ReactNode;
}

/** A title that shows what is under it when asked; Esc folds it again. */
export function Disclosure({ title, name, open, onToggle, children }: Props) {
  const id = useId();
  return (
    // its parent is a row, in which the titles stand side by side
    <Box sx={{ display: "contents" }} onKeyDown={(event) => event.key === "Escape" && open && onToggle(false)}>
      <Button
        size="small"
        color="secondary"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        data-cy={name}
        onClick={() => onToggle(!open)}
        startIcon={<MuiIconFont name={open ? "expand_less" : "expand_more"} />}
        sx={{ textTransform: "none" }}
      >
        {title}
      </Button>
      {open && (
        <Box id={id} sx={{ order: 1, flexBasis: "100%", minWidth: 0, pt: 1, pb: 0.5 }}>
          {children}
        </Box>
      )}
    </Box>
  );
}
