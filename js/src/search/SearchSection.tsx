import { LinearProgress, Stack } from "@mui/material";
import type { Index } from "../shared/api";
import { Choice } from "../shared/Choice";
import { Empty } from "../shared/Empty";
import { Problem } from "../shared/Problem";
import { Section } from "../shared/Section";
import { Hits } from "./Hits";
import { Options } from "./Options";
import { QueryBox } from "./QueryBox";
import { ResultLine } from "./ResultLine";
import { SelectionButton } from "./SelectionButton";
import { useSearch } from "./useSearch";

export function SearchSection({ dataset, indexes }: { dataset: string; indexes: Index[] }) {
  const search = useSearch(dataset, indexes);
  const { index, result, query } = search;
  if (!index) return null;
  return (
    <Section title="Search">
      {indexes.length > 1 && (
        <Choice
          label="Index"
          name="milvus-index-select"
          value={index.brain_key}
          options={indexes.map(({ brain_key, patches_field }) => ({
            value: brain_key,
            label: `${brain_key} (${patches_field ?? "samples"})`,
          }))}
          onChange={(brain_key) => search.change({ brain_key })}
        />
      )}
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
    </Section>
  );
}
