import { MuiIconFont } from "@fiftyone/components";
import { Box, Button, IconButton, Skeleton, Stack, Tooltip, Typography } from "@mui/material";
import { useState } from "react";
import type { PastSearch } from "../api/contract";
import { dateTime } from "../ui/format";
import { MessageAlert } from "../ui/MessageAlert";
import { Popout } from "../ui/Popout";
import { TextInput } from "../ui/TextInput";
import { Thumbnail } from "../ui/Thumbnail";
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
  const { history, busy, problem, text, ...on } = useSearchHistory();
  if (!history) return problem ? <MessageAlert message={problem} /> : <Skeleton variant="rounded" height={80} />;
  const { searches, saved, total } = history;
  const isEmpty = searches.length + saved.length === 0;
  return (
    <Stack spacing={1}>
      <MessageAlert message={problem} />
      {(!isEmpty || text) && <TextInput label={strings.findSearch} name="milvus-find-search" value={text} onChange={on.find} />}
      <Box component="ul" aria-label={strings.searches} tabIndex={0} sx={{ m: 0, p: 0, maxHeight: 260, overflow: "auto" }}>
        {saved
          .filter((name) => name.toLocaleLowerCase().includes(text.trim().toLocaleLowerCase()))
          .map((name) => (
            <HistoryEntry key={`saved ${name}`} icon="bookmark" label={name} note={strings.saved} name="milvus-saved" onClick={() => onRerun({ name })}>
              <EntryButton icon="delete" label={strings.deleteSaved(name)} name="milvus-saved-delete" onClick={() => on.forgetSaved(name)} />
            </HistoryEntry>
          ))}
        {searches.map((past) => (
          <HistoryEntry
            key={past.id}
            icon="history"
            image={imageOf(past)}
            label={past.label}
            note={`${dateTime(past.at)}${past.results === null ? "" : ` · ${strings.results(past.results)}`}`}
            name="milvus-past"
            onClick={() => onRerun({ id: past.id })}
          >
            <EntryButton icon="push_pin" label={strings.pin(past.label)} name="milvus-past-pin" onClick={() => on.pin(past)} />
            <EntryButton icon="delete" label={strings.deletePast(past.label)} name="milvus-past-delete" onClick={() => on.forget(past.id)} />
          </HistoryEntry>
        ))}
      </Box>
      {isEmpty && (
        <Typography variant="body2" color="text.secondary" data-cy="milvus-no-history">
          {text ? strings.noneFound : strings.noHistory}
        </Typography>
      )}
      <Stack direction="row" spacing={1}>
        {searches.length < total && (
          <Button size="small" color="secondary" disabled={busy} data-cy="milvus-earlier" onClick={on.more}>
            {strings.earlier(total - searches.length)}
          </Button>
        )}
        {total > 0 && !text && (
          <Button size="small" color="secondary" disabled={busy} data-cy="milvus-forget" onClick={on.clear}>
            {strings.clearHistory}
          </Button>
        )}
      </Stack>
    </Stack>
  );
}

interface EntryButtonProps {
  icon: string;
  label: string;
  name: string;
  onClick: () => void;
}

function EntryButton({ icon, label, name, onClick }: EntryButtonProps) {
  return (
    <Tooltip disableInteractive title={label}>
      <IconButton size="small" aria-label={label} data-cy={name} onClick={onClick}>
        <MuiIconFont name={icon} sx={{ fontSize: 18 }} />
      </IconButton>
    </Tooltip>
  );
}

/** The image that a search was made with; undefined for a text. */
function imageOf({ media, thumbnail }: PastSearch) {
  if (!media && !thumbnail) return undefined;
  return (
    <Box data-cy="milvus-past-image" sx={{ width: 28, height: 28, flex: "none", borderRadius: 0.5, overflow: "hidden" }}>
      {thumbnail ? (
        <Box
          component="img"
          src={`data:image/jpeg;base64,${thumbnail}`}
          alt=""
          sx={{ display: "block", width: 28, height: 28, objectFit: "cover" }}
        />
      ) : (
        media && <Thumbnail filepath={media.filepath} box={media.box} alt="" />
      )}
    </Box>
  );
}
