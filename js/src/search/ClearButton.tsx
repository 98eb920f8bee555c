import { Button } from "@mui/material";
import { strings } from "./strings";
import type { Search } from "./useSearch";

/** Removes the results from the grid, which then shows the view that was searched from. */
export function ClearButton({ search }: { search: Search }) {
  return (
    <Button
      size="small"
      color="secondary"
      data-cy="milvus-clear"
      disabled={search.busy}
      onClick={search.clear}
      sx={{ textTransform: "none" }}
    >
      {strings.clear}
    </Button>
  );
}
