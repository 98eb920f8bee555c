import { Button, LinearProgress, Stack } from "@mui/material";
import type { Index } from "../shared/api";
import { Empty } from "../shared/Empty";
import { Problem } from "../shared/Problem";
import { Hits } from "./Hits";
import { Options } from "./Options";
import { QueryBox } from "./QueryBox";
import { ResultLine } from "./ResultLine";
import { SelectionButton } from "./SelectionButton";
import { useSearch } from "./useSearch";

interface Props {
  dataset: string;
  index: Index | undefined;
  onMakeIndex: () => void;
}

export function SearchPlace({ dataset, index, onMakeIndex }: Props) {
  if (!index) return <NoIndex onMakeIndex={onMakeIndex} />;
  return <Search dataset={dataset} index={index} />;
}

function Search({ dataset, index }: { dataset: string; index: Index }) {
  const search = useSearch(dataset, index);
  const { result, query } = search;
  return (
    <>
      <QueryBox search={search} index={index} />
      <SelectionButton search={search} patches={index.patches_field !== null} />
      <Options query={query} onChange={search.change} />
      {search.busy && <LinearProgress aria-label="Searching" />}
      <Problem message={search.problem} />
      {result && (
        <Stack spacing={1}>
          <ResultLine result={result} busy={search.busy} onClear={search.clear} />
          {result.hits.length > 0 ? (
            <Hits result={result} busy={search.busy} onMore={search.more} />
          ) : (
            <Empty
              name="milvus-no-hits"
              icon="search_off"
              title="No hits"
              text="Nothing in this index matches. Search in the whole dataset, or with other words."
            />
          )}
        </Stack>
      )}
    </>
  );
}

function NoIndex({ onMakeIndex }: { onMakeIndex: () => void }) {
  return (
    <Empty
      name="milvus-no-index"
      icon="hub"
      title="No index to search yet"
      text="An index keeps an embedding of every sample or patch in Milvus, so that you can sort the grid by similarity to a picture or to words."
    >
      <Button variant="contained" data-cy="milvus-make-index" onClick={onMakeIndex}>
        Make an index
      </Button>
    </Empty>
  );
}
