import { Button, Tooltip } from "@mui/material";
import { count } from "../shared/format";
import { useSelection } from "../shared/useGrid";
import { kProblem } from "./query";
import type { Search } from "./useSearch";

interface Props {
  search: Search;
  /** the index holds patches, which labels selected in the App stand for */
  patches: boolean;
}

export function SelectionButton({ search, patches }: Props) {
  const selection = useSelection();
  const n = (patches && selection.labels) || selection.samples;
  const what = patches ? "patches or samples" : "samples";
  return (
    <Tooltip title={n ? "" : `Select ${what} in the grid first`}>
      <span>
        <Button
          fullWidth
          variant="outlined"
          color="secondary"
          data-cy="milvus-search-selection"
          disabled={n === 0 || search.busy || kProblem(search.query.k) !== null}
          onClick={() => search.search(null)}
        >
          Search with selection ({count(n)})
        </Button>
      </span>
    </Tooltip>
  );
}
