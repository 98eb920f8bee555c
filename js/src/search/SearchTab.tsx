import { Button, Stack } from "@mui/material";
import type { Index, OtherIndex } from "../api/contract";
import { useStable } from "../hooks/useStable";
import { EmptyState } from "../ui/EmptyState";
import { MessageAlert } from "../ui/MessageAlert";
import { NoIndexes } from "../ui/NoIndexes";
import { PrimaryButton } from "../ui/PrimaryButton";
import { ClearButtons } from "./ClearButtons";
import { KeyList } from "./KeyList";
import { MoreOptions } from "./MoreOptions";
import { usePublishedSearch } from "./openSearch";
import { QueryForm } from "./QueryForm";
import { ScopeInput } from "./ScopeInput";
import { SearchHistory } from "./SearchHistory";
import { SearchResultView } from "./SearchResultView";
import { strings } from "./strings";
import type { DroppedFiles } from "./useImageDrop";
import { useSearch, type Search as SearchState } from "./useSearch";
import { useSuggestions } from "./useSuggestions";
import { usePanelKey } from "./usePanelKey";

interface Props {
  dataset: string;
  index: Index | undefined;
  indexes: Index[];
  others: OtherIndex[];
  samples: number | null;
  dropped: DroppedFiles;
  onIndex: (brain_key: string) => void;
  onMakeIndex: () => void;
  onCopyIndex: () => void;
}

export function SearchTab({ index, others, onMakeIndex, onCopyIndex, ...props }: Props) {
  if (!index) return <NoIndex {...{ others, onMakeIndex, onCopyIndex }} />;
  return <Search index={index} {...props} />;
}

function Search(props: Omit<Props, "onMakeIndex" | "onCopyIndex" | "others" | "index"> & { index: Index }) {
  const { index, indexes, samples } = props;
  const search = useSearch(props);
  const suggestions = useSuggestions(index, search.shown === null && index.supports_prompts, search.made);
  usePublishedSearch({ shown: search.shown, index, findSimilar: useStable(search.searchOnly) });
  usePanelKey("/", (panel) => panel.querySelector<HTMLInputElement>("input[name=query]")?.focus());
  return (
    <>
      <QueryForm search={search} index={index} suggestions={suggestions} dropped={props.dropped} />
      <Stack direction="row" alignItems="flex-start" sx={{ position: "relative" }}>
        <ScopeInput search={search} index={index} samples={samples} />
        <ClearButtons search={search} />
        <MoreOptions search={search} index={index} indexes={indexes} />
        <SearchHistory search={search} />
        <KeyList />
      </Stack>
      <MessageAlert message={search.problem} />
      {search.shown ? (
        <SearchResultView
          key={`${props.dataset} ${index.brain_key}`}
          {...{ search, shown: search.shown, index, indexes }}
        />
      ) : (
        <Hint search={search} index={index} examples={suggestions.examples} />
      )}
    </>
  );
}

interface HintProps {
  search: SearchState;
  index: Index;
  /** texts to begin with */
  examples: string[];
}

function Hint({ search, index, examples }: HintProps) {
  const text = strings.howToSearch(index.supports_prompts, index.model !== null);
  return (
    <EmptyState name="milvus-hint" icon="image_search" title={strings.emptyTitle} text={text}>
      {examples.length > 0 && (
        <Stack direction="row" useFlexGap flexWrap="wrap" justifyContent="center" spacing={1} aria-label={strings.examples} role="group">
          {examples.map((each) => (
            <Button key={each} variant="outlined" size="small" color="secondary" data-cy="milvus-example" onClick={() => search.searchText(each)} sx={{ textTransform: "none" }}>
              {each}
            </Button>
          ))}
        </Stack>
      )}
    </EmptyState>
  );
}

function NoIndex({ others, onMakeIndex, onCopyIndex }: Pick<Props, "others" | "onMakeIndex" | "onCopyIndex">) {
  const title = others.length > 0 ? strings.noMilvusIndex : strings.noIndex;
  return (
    <NoIndexes name="milvus-no-index" title={title} others={others} onCopy={onCopyIndex}>
      <PrimaryButton data-cy="milvus-make-index" onClick={onMakeIndex}>
        {strings.createIndex}
      </PrimaryButton>
    </NoIndexes>
  );
}
