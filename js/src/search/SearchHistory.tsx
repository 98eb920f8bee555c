import { MuiIconFont } from "@fiftyone/components";
import { Box, Button, IconButton, Skeleton, Stack, Typography } from "@mui/material";
import { useState } from "react";
import { dateTime } from "../ui/format";
import { MessageAlert } from "../ui/MessageAlert";
import { Popout } from "../ui/Popout";
import { HistoryEntry } from "./HistoryEntry";
import { strings } from "./strings";
import type { Search } from "./useSearch";
import { useSearchHistory } from "./useSearchHistory";

/** Earlier and saved searches, asked for when it is opened. */
export function SearchHistory({ search }: { search: Search }) {
  const [open, setOpen] = useState(false);
  return (
    <Popout title={strings.history} icon="history" name="milvus-history" open={open} onToggle={setOpen}>
      <HistoryList
        onRerun={(which) => {
          search.rerun(which);
          setOpen(false);
        }}
      />
    </Popout>
  );
}

interface Props {
  onRerun: (which: { id?: string; name?: string }) => void;
}

/** A click runs a search again, with its whole query and options. */
function HistoryList({ onRerun }: Props) {
  const { history, busy, problem, more, forget } = useSearchHistory();
  if (!history) return problem ? <MessageAlert message={problem} /> : <Skeleton variant="rounded" height={80} />;
  const { searches, saved, total } = history;
  return (
    <Stack spacing={1}>
      <MessageAlert message={problem} />
      <Box component="ul" aria-label={strings.searches} tabIndex={0} sx={{ m: 0, p: 0, maxHeight: 260, overflow: "auto" }}>
        {saved.map((name) => (
          <HistoryEntry key={`saved ${name}`} icon="bookmark" label={name} note={strings.saved} name="milvus-saved" onClick={() => onRerun({ name })}>
            <IconButton
              size="small"
              aria-label={strings.deleteSaved(name)}
              data-cy="milvus-saved-delete"
              onClick={() => forget(name)}
            >
              <MuiIconFont name="delete" sx={{ fontSize: 18 }} />
            </IconButton>
          </HistoryEntry>
        ))}
        {searches.map(({ id, label, at, results }) => (
          <HistoryEntry
            key={id}
            icon="history"
            label={label}
            note={`${dateTime(at)}${results === null ? "" : ` · ${strings.results(results)}`}`}
            name="milvus-past"
            onClick={() => onRerun({ id })}
          />
        ))}
      </Box>
      {searches.length + saved.length === 0 && (
        <Typography variant="body2" color="text.secondary" data-cy="milvus-no-history">
          {strings.noHistory}
        </Typography>
      )}
      <Stack direction="row" spacing={1}>
        {searches.length < total && (
          <Button size="small" color="secondary" disabled={busy} data-cy="milvus-earlier" onClick={more}>
            {strings.earlier(total - searches.length)}
          </Button>
        )}
        {total > 0 && (
          <Button size="small" color="secondary" disabled={busy} data-cy="milvus-forget" onClick={() => forget()}>
            {strings.clearHistory}
          </Button>
        )}
      </Stack>
    </Stack>
  );
}
