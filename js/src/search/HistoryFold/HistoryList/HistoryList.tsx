import { MuiIconFont } from "@fiftyone/components";
import { Box, Button, IconButton, Skeleton, Stack, Typography } from "@mui/material";
import { count, counted, moment } from "../../../shared/format";
import { Problem } from "../../../shared/Problem";
import { Entry } from "./Entry";
import { useHistory } from "./useHistory";

interface Props {
  onAgain: (which: { id?: string; name?: string }) => void;
}

/** A click searches again with all that the search was made of. */
export function HistoryList({ onAgain }: Props) {
  const { history, busy, problem, more, forget } = useHistory();
  if (!history) return problem ? <Problem message={problem} /> : <Skeleton variant="rounded" height={80} />;
  const { searches, saved, total } = history;
  return (
    <Stack spacing={1}>
      <Problem message={problem} />
      <Box component="ul" aria-label="Searches" tabIndex={0} sx={{ m: 0, p: 0, maxHeight: 260, overflow: "auto" }}>
        {saved.map((name) => (
          <Entry key={`saved ${name}`} icon="bookmark" label={name} note="saved" name="milvus-saved" onClick={() => onAgain({ name })}>
            <IconButton
              size="small"
              aria-label={`Delete the saved search ${name}`}
              data-cy="milvus-saved-delete"
              onClick={() => forget(name)}
            >
              <MuiIconFont name="delete" sx={{ fontSize: 18 }} />
            </IconButton>
          </Entry>
        ))}
        {searches.map(({ id, label, at, hits }) => (
          <Entry
            key={id}
            icon="history"
            label={label}
            note={`${moment(at)}${hits === null ? "" : ` · ${counted(hits, "result")}`}`}
            name="milvus-past"
            onClick={() => onAgain({ id })}
          />
        ))}
      </Box>
      {searches.length + saved.length === 0 && (
        <Typography variant="body2" color="text.secondary" data-cy="milvus-no-history">
          Every search that you make is kept here, to be made again.
        </Typography>
      )}
      <Stack direction="row" spacing={1}>
        {searches.length < total && (
          <Button size="small" color="secondary" disabled={busy} data-cy="milvus-earlier" onClick={more}>
            Earlier ones ({count(total - searches.length)})
          </Button>
        )}
        {total > 0 && (
          <Button size="small" color="secondary" disabled={busy} data-cy="milvus-forget" onClick={() => forget()}>
            Clear the history
          </Button>
        )}
      </Stack>
    </Stack>
  );
}
