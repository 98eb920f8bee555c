import { MuiIconFont } from "@fiftyone/components";
import { Autocomplete, Box, InputBase, Typography } from "@mui/material";
import { useMemo } from "react";
import type { Index } from "../api/contract";
import { cy } from "../ui/dataCy";
import { textProblem } from "./chips";
import { strings } from "./strings";
import type { Search } from "./useSearch";
import { matching, type Suggestion, type SuggestionList } from "./useSuggestions";

interface Props {
  search: Search;
  index: Index;
  suggestions: SuggestionList;
  describedBy: string | undefined;
}

const ICONS = { recent: "history", saved: "bookmark", class: "label" };

/** The text box, with what may be searched for in a list below; Enter takes the one that the arrow keys are on. */
export function QueryInput({ search, index, suggestions, describedBy }: Props) {
  const { text } = search.draft;
  const unable = textProblem(index) !== null;
  const options = useMemo(() => matching(suggestions.all, text), [suggestions.all, text]);
  const take = ({ kind, label, id }: Suggestion) => {
    if (kind === "class") search.searchText(label);
    else search.rerun(kind === "saved" ? { name: label } : { id });
  };
  return (
    <Autocomplete<Suggestion, false, false, true>
      freeSolo
      disabled={unable}
      options={options}
      filterOptions={(all) => all}
      value={null}
      inputValue={unable ? "" : text}
      getOptionLabel={(option) => (typeof option === "string" ? option : option.label)}
      onInputChange={(_, typed, reason) => reason === "input" && search.type(typed)}
      // Enter without a choice submits the form
      onChange={(_, chosen) => chosen !== null && typeof chosen !== "string" && take(chosen)}
      onFocus={suggestions.ask}
      ListboxProps={LISTBOX}
      renderOption={(props, option) => (
        <Box component="li" {...props} key={`${option.kind} ${option.id ?? option.label}`} sx={{ gap: 1, minWidth: 0 }}>
          <MuiIconFont name={ICONS[option.kind]} sx={{ fontSize: 18, color: "text.secondary" }} />
          <Typography variant="body2" noWrap dir="auto" sx={{ flex: 1, minWidth: 0 }}>
            {option.label}
          </Typography>
          <Typography variant="caption" color="text.secondary">
            {strings.suggestion[option.kind]}
          </Typography>
        </Box>
      )}
      renderInput={({ InputProps, inputProps }) => (
        <InputBase
          ref={InputProps.ref}
          fullWidth
          disabled={unable}
          name="query"
          placeholder={unable ? strings.textUnsupported : strings.text}
          inputProps={{
            ...inputProps,
            ...cy("milvus-query", {
              "aria-label": strings.text,
              "aria-describedby": describedBy,
              autoComplete: "off",
              enterKeyHint: "search",
              style: { textOverflow: "ellipsis" },
              dir: "auto",
            }),
          }}
        />
      )}
      sx={{ flex: 1, minWidth: 140 }}
    />
  );
}

const LISTBOX: object = { "data-cy": "milvus-suggestions", "aria-label": strings.suggestions, "aria-labelledby": undefined };
