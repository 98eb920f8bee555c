import { Button } from "@mui/material";
import type { Search } from "./useSearch";

/** Takes the results out of the grid, which then shows what was searched from. */
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
      Clear
    </Button>
  );
}
