import type { SxProps, Theme } from "@mui/material";
import { FOCUS } from "../ui/styles";

const FOCUSED = FOCUS["&.Mui-focusVisible"];
const BUTTON = { border: 0, p: 0, bgcolor: "transparent", color: "inherit", font: "inherit", cursor: "pointer" };

/** How the tiles in a list look, as one style for all. */
export const TILES: SxProps<Theme> = {
  "& .milvus-tile": {
    position: "relative",
    height: "100%",
    border: 1,
    borderColor: "divider",
    borderRadius: 1,
    overflow: "hidden",
    typography: "caption",
    "&[data-selected=true]": { borderColor: "primary.main" },
    "&[data-loading=true]": { bgcolor: "action.hover" },
  },
  "& .milvus-tile-open": {
    ...BUTTON,
    display: "block",
    width: "100%",
    textAlign: "start",
    "&:focus-visible": FOCUSED,
  },
  "& .milvus-tile-line": {
    display: "flex",
    justifyContent: "space-between",
    gap: 0.5,
    px: 0.75,
    fontVariantNumeric: "tabular-nums",
    "& > :first-of-type": { color: "text.secondary", overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  },
  // over the lower edge of the image
  "& .milvus-tile-marks": {
    position: "absolute",
    bottom: 24,
    left: 2,
    maxWidth: "calc(100% - 4px)",
    display: "flex",
    gap: 0.5,
    "& > *": {
      px: 0.5,
      borderRadius: 0.5,
      bgcolor: "background.paper",
      lineHeight: 1.4,
      overflow: "hidden",
      textOverflow: "ellipsis",
      whiteSpace: "nowrap",
    },
    "& > [data-cy=milvus-result-is-query]": { flex: "none" },
  },
  // what can be done with a result lies over its image while the pointer or the keyboard is there
  "& .milvus-tile-actions": {
    position: "absolute",
    top: 2,
    display: "flex",
    borderRadius: 1,
    bgcolor: "background.paper",
    opacity: 0,
    // a finger doesn't hover
    "@media (hover: none)": { opacity: 1 },
  },
  "& .milvus-tile:hover .milvus-tile-actions, & .milvus-tile:focus-within .milvus-tile-actions, & .milvus-tile-actions[data-shown=true]":
    { opacity: 1 },
  "& .milvus-tile-button": {
    ...BUTTON,
    display: "flex",
    p: 0.25,
    borderRadius: "50%",
    color: "text.secondary",
    "& > span": { fontSize: 18 },
    "&:focus-visible": FOCUSED,
    "&[data-cy=milvus-more-like]:hover": { color: "success.main" },
    "&[data-cy=milvus-less-like]:hover": { color: "error.main" },
    "&[aria-checked=true]": { color: "primary.main" },
  },
};
