import { MuiIconFont } from "@fiftyone/components";
import { ButtonBase, Stack, Typography } from "@mui/material";
import type { ReactNode } from "react";
import { FOCUS } from "../ui/styles";

interface Props {
  icon: string;
  /** in place of the icon */
  image?: ReactNode;
  label: string;
  note: string;
  name: string;
  onClick: () => void;
  children?: ReactNode;
}

/** An earlier or a saved search. */
export function HistoryEntry({ icon, image, label, note, name, onClick, children }: Props) {
  return (
    <Stack component="li" direction="row" alignItems="center" sx={{ listStyle: "none" }}>
      <ButtonBase
        data-cy={name}
        onClick={onClick}
        sx={{
          flex: 1,
          minWidth: 0,
          gap: 1,
          px: 0.75,
          py: 0.25,
          justifyContent: "flex-start",
          textAlign: "start",
          borderRadius: 1,
          "&:hover": { bgcolor: "action.hover" },
          ...FOCUS,
        }}
      >
        {image ?? <MuiIconFont name={icon} sx={{ fontSize: 18, color: "text.secondary" }} />}
        <Stack sx={{ minWidth: 0 }}>
          <Typography variant="body2" noWrap dir="auto" title={label}>
            {label}
          </Typography>
          <Typography variant="caption" color="text.secondary" noWrap>
            {note}
          </Typography>
        </Stack>
      </ButtonBase>
      {children}
    </Stack>
  );
}
