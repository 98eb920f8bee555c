import { MuiIconFont } from "@fiftyone/components";
import { Divider, IconButton, ListItemIcon, Menu, MenuItem } from "@mui/material";
import { useId, useState } from "react";
import { strings } from "./strings";

export interface Action {
  /** the end of its `data-cy` */
  name: string;
  label: string;
  icon: string;
  onClick: () => void;
  disabled?: boolean;
  /** stands apart from what is above it */
  apart?: boolean;
}

interface Props {
  /** what the actions are of */
  of: string;
  actions: Action[];
}

/** A menu of what can be done with a thing, behind three dots. */
export function ActionsMenu({ of, actions }: Props) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const id = useId();
  const choose = (action: Action) => {
    setAnchor(null);
    action.onClick();
  };
  return (
    <>
      <IconButton
        size="small"
        aria-label={strings.moreActions(of)}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        aria-controls={anchor ? id : undefined}
        data-cy={`milvus-actions-${of}`}
        onClick={(event) => setAnchor(event.currentTarget)}
      >
        <MuiIconFont name="more_vert" sx={{ fontSize: 20 }} />
      </IconButton>
      {anchor && (
        <Menu
          open
          id={id}
          anchorEl={anchor}
          onClose={() => setAnchor(null)}
          MenuListProps={{ "aria-label": strings.moreActions(of), dense: true }}
          sx={{ zIndex: "modal" }}
        >
          {actions.flatMap((action) => [
            action.apart && <Divider key={`before ${action.name}`} />,
            <MenuItem
              key={action.name}
              disabled={action.disabled}
              data-cy={`milvus-${action.name}-${of}`}
              onClick={() => choose(action)}
            >
              <ListItemIcon>
                <MuiIconFont name={action.icon} sx={{ fontSize: 18 }} />
              </ListItemIcon>
              {action.label}
            </MenuItem>,
          ])}
        </Menu>
      )}
    </>
  );
}
