import { MuiIconFont } from "@fiftyone/components";
import { IconButton } from "@mui/material";
import { FOCUS } from "../ui/styles";
import { strings } from "./strings";

interface Props {
  negative: boolean;
  name: string;
  tabIndex: number;
  onClick: () => void;
}

/**
 * Refines the search to more, or less, like a result. Its tooltip is the browser's: one of
 * MUI takes as long to render as the rest, twice for each result.
 */
export function SimilarButton({ negative, name, tabIndex, onClick }: Props) {
  const words = negative ? strings.lessLikeThis : strings.moreLikeThis;
  return (
    <IconButton
      title={words}
      size="small"
      disableRipple
      aria-label={`${words}: ${name}`}
      data-cy={negative ? "milvus-less-like" : "milvus-more-like"}
      tabIndex={tabIndex}
      onClick={onClick}
      sx={{
        p: 0.25,
        color: "text.secondary",
        "&:hover": { color: negative ? "error.main" : "success.main" },
        ...FOCUS,
      }}
    >
      <MuiIconFont name={negative ? "remove_circle_outline" : "add_circle_outline"} sx={{ fontSize: 18 }} />
    </IconButton>
  );
}
