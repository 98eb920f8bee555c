import { MuiIconFont } from "@fiftyone/components";
import { Box, Button, IconButton, InputBase, Stack, Tooltip, Typography } from "@mui/material";
import { useId } from "react";
import type { Index } from "../api/contract";
import { cy } from "../ui/dataCy";
import { PrimaryButton } from "../ui/PrimaryButton";
import { MessageAlert } from "../ui/MessageAlert";
import { misfit, textProblem } from "./chips";
import { optionProblems } from "./optionValues";
import type { Search } from "./useSearch";
import { QueryChip } from "./QueryChip";
import { useImageDrop } from "./useImageDrop";
import { SearchProgress } from "./SearchProgress";

interface Props {
  search: Search;
  index: Index;
}

/** What to search with: chips, and a box for words. Enter searches. */
export function QueryForm({ search, index }: Props) {
  const { draft, ghosts, busy } = search;
  const id = useId();
  const drop = useImageDrop(index, (chip) => search.search([chip]));
  const unable = textProblem(index);
  const problems = Object.keys(optionProblems(draft.options, index)).length > 0;
  const chips = [...draft.chips, ...ghosts];
  const usable = chips.some((chip) => !misfit(chip, index) && !chip.unwanted);
  const ready = !busy && !problems && (usable || draft.text.trim() !== "");
  return (
    <Box onPaste={drop.onPaste}>
      <Stack
        component="form"
        role="search"
        aria-label="Search by similarity"
        onSubmit={(event) => {
          event.preventDefault();
          // as it stands in the box: the state may lag behind a quick Enter
          const text = String(new FormData(event.currentTarget).get("query") ?? "");
          if (!busy && !problems) search.searchText(text);
        }}
        data-cy="milvus-composer"
        sx={{
          position: "relative",
          border: 1,
          borderStyle: drop.over ? "dashed" : "solid",
          borderColor: drop.over ? "primary.main" : "divider",
          borderRadius: 1,
          bgcolor: drop.over ? "action.hover" : undefined,
          "&:focus-within": { borderColor: "primary.main" },
        }}
      >
        {busy && <SearchProgress />}
        {chips.length > 0 && (
          <Stack
            component="ul"
            direction="row"
            useFlexGap
            flexWrap="wrap"
            spacing={0.75}
            aria-label="Searched with"
            sx={{ m: 0, p: 0.75, pb: 0, listStyle: "none" }}
          >
            {chips.map((chip) => (
              <QueryChip
                key={chip.key}
                chip={chip}
                ghost={ghosts.includes(chip)}
                problem={misfit(chip, index)}
                onChange={search.update}
                onRemove={search.remove}
              />
            ))}
          </Stack>
        )}
        <Stack direction="row" alignItems="center" spacing={0.5} sx={{ p: 0.5, pl: 1 }}>
          <InputBase
            value={unable ? "" : draft.text}
            disabled={Boolean(unable)}
            name="query"
            placeholder={unable ? "Select, paste or drop an image" : "Describe what to look for"}
            inputProps={cy("milvus-query", {
              "aria-label": "Describe what to look for",
              "aria-describedby": unable ? id : undefined,
              autoComplete: "off",
              enterKeyHint: "search",
              style: { textOverflow: "ellipsis" },
              dir: "auto",
            })}
            onChange={(event) => search.type(event.target.value)}
            sx={{ flex: 1, minWidth: 0 }}
          />
          {draft.chips.length > 0 && (
            <Tooltip title="New search: removes what it is with">
              <IconButton
                size="small"
                aria-label="New search"
                data-cy="milvus-new-search"
                onClick={search.startOver}
              >
                <MuiIconFont name="restart_alt" sx={{ fontSize: 20 }} />
              </IconButton>
            </Tooltip>
          )}
          <input {...drop.inputProps} aria-label="Image to search with" />
          <Tooltip title={drop.problem ?? "Search with an image from a file; you can paste or drop one, too"}>
            <span>
              <IconButton
                size="small"
                aria-label="Search with an image from a file"
                data-cy="milvus-upload"
                disabled={Boolean(drop.unable)}
                onClick={drop.open}
              >
                <MuiIconFont name="add_photo_alternate" sx={{ fontSize: 20 }} />
              </IconButton>
            </span>
          </Tooltip>
          <PrimaryButton type="submit" size="small" data-cy="milvus-search" disabled={!ready} sx={{ flex: "none" }}>
            Search
          </PrimaryButton>
        </Stack>
      </Stack>
      {unable && (
        <Typography id={id} variant="caption" color="text.secondary" data-cy="milvus-no-text">
          {unable}
        </Typography>
      )}
      <PutBack search={search} />
      <MessageAlert message={drop.problem} name="milvus-drop-problem" onClose={drop.dismiss} />
    </Box>
  );
}

function PutBack({ search }: { search: Search }) {
  const last = search.draft.removed.at(-1);
  if (!last) return null;
  return (
    <Button size="small" color="secondary" data-cy="milvus-put-back" onClick={search.putBack}>
      Put back what was removed ({search.draft.removed.length})
    </Button>
  );
}
