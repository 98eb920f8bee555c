import { MuiIconFont } from "@fiftyone/components";
import { IconButton, Tooltip } from "@mui/material";
import { strings } from "./strings";
import type { Search } from "./useSearch";

/** Starts over, and takes back the last change. */
export function ClearButtons({ search }: { search: Search }) {
  const buttons = [
    { name: "clear", icon: "restart_alt", label: strings.clear, hint: strings.clearHint, onClick: search.clear, off: false },
    { name: "undo", icon: "undo", label: strings.undo, hint: strings.undoHint, onClick: search.undo, off: !search.canUndo },
  ];
  return buttons.map(({ name, icon, label, hint, onClick, off }) => (
    <Tooltip disableInteractive key={name} title={hint}>
      <span>
        <IconButton size="small" aria-label={label} data-cy={`milvus-${name}`} disabled={off} onClick={onClick}>
          <MuiIconFont name={icon} sx={{ fontSize: 20 }} />
        </IconButton>
      </span>
    </Tooltip>
  ));
}
