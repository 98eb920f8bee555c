import { Button } from "@mui/material";
import { useMemo } from "react";
import { useApi } from "../api/client";
import type { Index } from "../api/contract";
import { useSelection } from "../hooks/appState";
import { shownChip } from "./chips";
import { strings } from "./strings";
import type { Search } from "./useSearch";

interface Props {
  search: Search;
  index: Index;
}

/** Makes what is selected in the grid a part of the query: to select it alone doesn't. */
export function UseSelected({ search, index }: Props) {
  const api = useApi();
  const selection = useSelection();
  const { sampleIds, labelIds, negatives } = selection;
  const { brain_key } = index;
  // asked for once the button is pointed at, so that it is here by the click
  const terms = useMemo(() => new Asked(selection, () => api.selection({ brain_key })), [api, brain_key, selection]);
  const selected = labelIds.length || sampleIds.length;
  // what is searched in is nothing to search with
  if (selected === 0 || search.draft.options.scope === "selected") return null;
  const use = () => {
    if (terms.value) search.search(terms.value.chips.map((each) => shownChip(each, index)));
    else search.searchTerms(terms.ask);
  };
  return (
    <Button
      size="small"
      color="secondary"
      data-cy="milvus-use-selected"
      // the browser's own: to close one of MUI takes time from the search that the click starts
      title={strings.useSelectedHint(labelIds.length > 0 ? 0 : negatives)}
      onPointerEnter={terms.ask}
      onFocus={terms.ask}
      onClick={use}
      sx={{ flex: "none", textTransform: "none" }}
    >
      {strings.useSelected(selected)}
    </Button>
  );
}

/** An answer about `subject` that is asked for when it is first wanted, and again only where that failed. */
class Asked<T> {
  value: T | null = null;
  private answer: Promise<T> | null = null;

  constructor(
    readonly subject: unknown,
    private call: () => Promise<T>,
  ) {}

  ask = (): Promise<T> => {
    if (this.answer === null) {
      this.answer = this.call();
      this.answer.then(
        (value) => (this.value = value),
        () => (this.answer = null),
      );
    }
    return this.answer;
  };
}
