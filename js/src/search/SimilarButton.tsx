import { MuiIconFont } from "@fiftyone/components";
import { IconButton } from "@mui/material";
import { FOCUS } from "../ui/styles";

interface Props {
  unwanted: boolean;
  name: string;
  tabIndex: number;
  onClick: () => void;
}

/** Searches on for more, or for less, like a hit. Its title is the browser's: a tooltip
 * of MUI's takes as long to draw as the rest of it, twice for each hit. */
export function SimilarButton({ unwanted, name, tabIndex, onClick }: Props) {
  const words = unwanted ? "Less like this" : "More like this";
  return (
    <IconButton
      title={words}
      size="small"
      disableRipple
      aria-label={`${words}: ${name}`}
      data-cy={unwanted ? "milvus-less-like" : "milvus-more-like"}
      tabIndex={tabIndex}
      onClick={onClick}
      sx={{
        p: 0.5,
        color: "text.secondary",
        "&:hover": { color: unwanted ? "error.main" : "success.main" },
        ...FOCUS,
      }}
    >
      <MuiIconFont name={unwanted ? "remove_circle_outline" : "add_circle_outline"} sx={{ fontSize: 18 }} />
    </IconButton>
  );
}
