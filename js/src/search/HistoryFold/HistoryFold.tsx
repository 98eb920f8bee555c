import { useState } from "react";
import { Fold } from "../../shared/Fold";
import type { Search } from "../useSearch";
import { HistoryList } from "./HistoryList";

/** The searches that were made and saved, asked for when it is opened. */
export function HistoryFold({ search }: { search: Search }) {
  const [open, setOpen] = useState(false);
  return (
    <Fold title="History and saved searches" name="milvus-history" open={open} onToggle={setOpen}>
      <HistoryList
        onAgain={(which) => {
          search.again(which);
          setOpen(false);
        }}
      />
    </Fold>
  );
}
