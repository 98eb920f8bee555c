import { Box, Typography } from "@mui/material";
import { useState, type ReactNode } from "react";
import { useApi } from "../api/client";
import type { Index } from "../api/contract";
import { useFetched } from "../api/useFetched";
import { dateTime } from "../ui/format";
import { Popout } from "../ui/Popout";
import { HistoryEntry } from "./HistoryEntry";
import { strings } from "./strings";
import type { Other } from "./useComparison";

interface Props {
  index: Index;
  indexes: Index[];
  onChoose: (other: Other) => void;
}

/** What results can be compared with: the other indexes, and earlier searches. */
export function CompareMenu({ onChoose, ...props }: Props) {
  const [open, setOpen] = useState(false);
  const choose = (other: Other) => {
    setOpen(false);
    onChoose(other);
  };
  return (
    <Popout title={strings.compareWith} icon="compare_arrows" name="milvus-compare" open={open} onToggle={setOpen}>
      <Choices {...props} onChoose={choose} />
    </Popout>
  );
}

function Choices({ index, indexes, onChoose }: Props) {
  const api = useApi();
  const { value } = useFetched(() => api.search_history({ skip: 0 }), "history");
  const others = indexes.filter(({ brain_key }) => brain_key !== index.brain_key);
  // the last search is the one whose results are shown
  const searches = value?.searches.slice(1) ?? [];
  if (value && others.length + searches.length === 0)
    return <Typography variant="body2">{strings.nothingToCompare}</Typography>;
  return (
    <>
      {others.length > 0 && (
        <Choice title={strings.otherIndexes}>
          {others.map(({ brain_key: name, model }) => (
            <HistoryEntry
              key={name}
              {...{ icon: "hub", label: name, note: model ?? "", name: "milvus-compare-index" }}
              onClick={() => onChoose({ name, which: { other: name } })}
            />
          ))}
        </Choice>
      )}
      {searches.length > 0 && (
        <Choice title={strings.earlierSearches}>
          {searches.map(({ id, label, at, brain_key }) => (
            <HistoryEntry
              key={id}
              {...{ icon: "history", label, note: `${brain_key} · ${dateTime(at)}`, name: "milvus-compare-search" }}
              onClick={() => onChoose({ name: label, which: { id } })}
            />
          ))}
        </Choice>
      )}
    </>
  );
}

function Choice({ title, children }: { title: string; children: ReactNode }) {
  return (
    <>
      <Typography variant="caption" color="text.secondary">
        {title}
      </Typography>
      <Box component="ul" aria-label={title} sx={{ m: 0, p: 0 }}>
        {children}
      </Box>
    </>
  );
}
