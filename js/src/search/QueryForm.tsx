import { MuiIconFont } from "@fiftyone/components";
import { Box, IconButton, Stack, Tooltip, Typography } from "@mui/material";
import { useId } from "react";
import type { Index } from "../api/contract";
import { MessageAlert } from "../ui/MessageAlert";
import { PrimaryButton } from "../ui/PrimaryButton";
import { chipProblem, textProblem } from "./chips";
import { optionProblems } from "./optionValues";
import { QueryChip } from "./QueryChip";
import { QueryInput } from "./QueryInput";
import { SearchProgress } from "./SearchProgress";
import { strings } from "./strings";
import { useImageDrop, type DroppedFiles } from "./useImageDrop";
import { UseSelected } from "./UseSelected";
import { queryProblem, type Search } from "./useSearch";
import type { SuggestionList } from "./useSuggestions";

interface Props {
  search: Search;
  index: Index;
  suggestions: SuggestionList;
  dropped: DroppedFiles;
}

/** The query: chips, and a text box. Enter searches. */
export function QueryForm({ search, index, suggestions, dropped }: Props) {
  const { draft, busy } = search;
  const id = useId();
  const drop = useImageDrop(index, dropped, (chip) => search.search([chip]));
  const unable = textProblem(index);
  const problems = Object.keys(optionProblems(draft.options, index)).length > 0;
  const { chips } = draft;
  const ready = !problems && (queryProblem(draft, index) === null || draft.text.trim() !== "");
  return (
    <Box onPaste={drop.onPaste}>
      <Stack
        component="form"
        role="search"
        aria-label={strings.form}
        onSubmit={(event) => {
          event.preventDefault();
          // as it stands in the box: the state may lag behind a quick Enter
          const text = String(new FormData(event.currentTarget).get("query") ?? "");
          if (!problems) search.searchText(text);
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
        {chips.length > 0 && (
          <Stack
            component="ul"
            direction="row"
            useFlexGap
            flexWrap="wrap"
            spacing={0.75}
            aria-label={strings.query}
            sx={{ m: 0, p: 0.75, pb: 0, listStyle: "none" }}
          >
            {chips.map((chip) => (
              <QueryChip
                key={chip.key}
                chip={chip}
                problem={chipProblem(chip, index)}
                onChange={search.update}
                onRemove={search.remove}
              />
            ))}
          </Stack>
        )}
        <Stack direction="row" useFlexGap flexWrap="wrap" alignItems="center" justifyContent="flex-end" spacing={0.5} sx={{ p: 0.5, pl: 1 }}>
          <QueryInput search={search} index={index} suggestions={suggestions} describedBy={unable ? id : undefined} />
          <UseSelected search={search} index={index} />
          <input {...drop.inputProps} aria-label={strings.imageFile} />
          <Tooltip disableInteractive title={drop.problem ?? strings.uploadHint}>
            <span>
              <IconButton
                size="small"
                aria-label={strings.upload}
                data-cy="milvus-upload"
                disabled={Boolean(drop.unable)}
                onClick={drop.open}
              >
                <MuiIconFont name="add_photo_alternate" sx={{ fontSize: 20 }} />
              </IconButton>
            </span>
          </Tooltip>
          <PrimaryButton type="submit" size="small" data-cy="milvus-search" disabled={!ready} sx={{ flex: "none" }}>
            {strings.search}
          </PrimaryButton>
        </Stack>
        {busy && <SearchProgress />}
      </Stack>
      {unable && (
        <Typography id={id} variant="caption" color="text.secondary" data-cy="milvus-no-text">
          {unable}
        </Typography>
      )}
      <MessageAlert message={drop.problem} name="milvus-drop-problem" onClose={drop.dismiss} />
    </Box>
  );
}
