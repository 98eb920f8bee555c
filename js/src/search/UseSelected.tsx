import { Button, Tooltip } from "@mui/material";
import { useSelection } from "../hooks/appState";
import { strings } from "./strings";
import type { Search } from "./useSearch";

/** Makes what is selected in the grid a part of the query: to select it alone doesn't. */
export function UseSelected({ search }: { search: Search }) {
  const { sampleIds, labelIds, negatives } = useSelection();
  const selected = labelIds.length || sampleIds.length;
  // what is searched in is nothing to search with
  if (selected === 0 || search.draft.options.scope === "selected") return null;
  return (
    <Tooltip describeChild title={strings.useSelectedHint(labelIds.length > 0 ? 0 : negatives)}>
      <Button
        size="small"
        color="secondary"
        data-cy="milvus-use-selected"
        onClick={search.searchSelected}
        sx={{ flex: "none", textTransform: "none" }}
      >
        {strings.useSelected(selected)}
      </Button>
    </Tooltip>
  );
}
