import { Button } from "@mui/material";
import { useRef } from "react";
import { useScrolledTo } from "../hooks/useScrolledTo";
import { strings } from "./strings";
import type { Search } from "./useSearch";

interface Props {
  /** how many more there are to show */
  count: number;
  /** they are also shown when a person scrolls to the end of the list */
  byScrolling: boolean;
  search: Search;
}

/** Shows more results; it keeps the focus meanwhile. */
export function ShowMore({ count, byScrolling, search }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  useScrolledTo(button, { watch: byScrolling, busy: search.busy, onReached: search.more });
  return (
    <Button
      ref={button}
      size="small"
      color="secondary"
      data-cy="milvus-show-more"
      aria-disabled={search.busy}
      onClick={search.more}
    >
      {strings.showMore(count)}
    </Button>
  );
}
