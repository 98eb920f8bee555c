import { MuiIconFont } from "@fiftyone/components";
import { Badge, Box, ClickAwayListener, IconButton, Paper, Tooltip } from "@mui/material";
import { useId, type FocusEvent, type ReactNode } from "react";

interface Props {
  title: string;
  icon: string;
  name: string;
  /** marks the button */
  marked?: boolean;
  open: boolean;
  onToggle: (open: boolean) => void;
  children: ReactNode;
}

/**
 * A button, and what it shows beneath the element around it that has a position, over what
 * follows. Esc, a click elsewhere and leaving it by the keyboard close it.
 */
export function Popout({ title, icon, name, marked = false, open, onToggle, children }: Props) {
  const id = useId();
  const close = () => open && onToggle(false);
  const leave = ({ currentTarget, relatedTarget }: FocusEvent) => {
    if (relatedTarget && !currentTarget.contains(relatedTarget)) close();
  };
  return (
    <ClickAwayListener onClickAway={close}>
      <Box sx={{ display: "contents" }} onBlur={leave} onKeyDown={(event) => event.key === "Escape" && close()}>
        <Tooltip disableInteractive title={title}>
          <IconButton
            size="small"
            aria-label={title}
            aria-expanded={open}
            aria-controls={open ? id : undefined}
            data-cy={name}
            onClick={() => onToggle(!open)}
          >
            <Badge variant="dot" color="primary" invisible={!marked}>
              <MuiIconFont name={icon} sx={{ fontSize: 20 }} />
            </Badge>
          </IconButton>
        </Tooltip>
        {open && (
          <Paper id={id} elevation={8} sx={POPOUT}>
            {children}
          </Paper>
        )}
      </Box>
    </ClickAwayListener>
  );
}

const POPOUT = {
  position: "absolute",
  top: "100%",
  left: 0,
  right: 0,
  zIndex: 3,
  mt: 0.5,
  p: 1.5,
  maxHeight: "60vh",
  overflow: "auto",
} as const;
