import { Button, Stack, TextField } from "@mui/material";
import { cy } from "../shared/cy";
import type { Index } from "../shared/api";
import { kProblem, textProblem } from "./query";
import type { Search } from "./useSearch";

/** The words to look for; Enter searches. */
export function QueryBox({ search, index }: { search: Search; index: Index }) {
  const { query, busy } = search;
  const problem = textProblem(index);
  const ready = !problem && !busy && kProblem(query.k) === null;
  return (
    <Stack
      component="form"
      role="search"
      direction="row"
      alignItems="flex-start"
      spacing={1}
      onSubmit={(event) => {
        event.preventDefault();
        // as it stands in the box: the state may lag behind a quick Enter
        const text = String(new FormData(event.currentTarget).get("query") ?? "");
        if (ready && text.trim()) search.search(text);
      }}
    >
      <TextField
        fullWidth
        size="small"
        label="Describe what to look for"
        value={problem ? "" : query.text}
        disabled={Boolean(problem)}
        helperText={problem}
        name="query"
        inputProps={cy("milvus-query", { autoComplete: "off", enterKeyHint: "search" })}
        onChange={(event) => search.change({ text: event.target.value })}
      />
      <Button
        type="submit"
        variant="contained"
        data-cy="milvus-search"
        disabled={!ready}
        sx={{ minHeight: 40, flex: "none" }}
      >
        Search
      </Button>
    </Stack>
  );
}
