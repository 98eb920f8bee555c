import { Stack } from "@mui/material";
import type { Index, OtherIndex } from "../api/contract";
import { EmptyState } from "../ui/EmptyState";
import { MessageAlert } from "../ui/MessageAlert";
import { NoIndexes } from "../ui/NoIndexes";
import { PrimaryButton } from "../ui/PrimaryButton";
import { ClearButtons } from "./ClearButtons";
import { KeyList } from "./KeyList";
import { MoreOptions } from "./MoreOptions";
import { QueryForm } from "./QueryForm";
import { ScopeInput } from "./ScopeInput";
import { SearchHistory } from "./SearchHistory";
import { SearchResultView } from "./SearchResultView";
import { strings } from "./strings";
import { useSearch } from "./useSearch";
import { usePanelKey } from "./usePanelKey";

interface Props {
  dataset: string;
  index: Index | undefined;
  indexes: Index[];
  others: OtherIndex[];
  samples: number | null;
  onIndex: (brain_key: string) => void;
  onMakeIndex: () => void;
}

export function SearchTab({ index, others, onMakeIndex, ...props }: Props) {
  if (!index) return <NoIndex others={others} onMakeIndex={onMakeIndex} />;
  return <Search index={index} {...props} />;
}

function Search(props: Omit<Props, "onMakeIndex" | "others" | "index"> & { index: Index }) {
  const { index, indexes, samples } = props;
  const search = useSearch(props);
  usePanelKey("/", (panel) => panel.querySelector<HTMLInputElement>("input[name=query]")?.focus());
  return (
    <>
      <QueryForm search={search} index={index} />
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
        <Hint index={index} />
      )}
    </>
  );
}

function Hint({ index }: { index: Index }) {
  return <EmptyState name="milvus-hint" icon="image_search" title={strings.emptyTitle} text={strings.howToSearch(index.supports_prompts, index.model !== null)} />;
}

function NoIndex({ others, onMakeIndex }: Pick<Props, "others" | "onMakeIndex">) {
  return (
    <NoIndexes name="milvus-no-index" title={others.length > 0 ? strings.noMilvusIndex : strings.noIndex} others={others}>
      <PrimaryButton data-cy="milvus-make-index" onClick={onMakeIndex}>
        {strings.createIndex}
      </PrimaryButton>
    </NoIndexes>
  );
}
