import { Stack } from "@mui/material";
import type { Index } from "../api/contract";
import { EmptyState } from "../ui/EmptyState";
import { useStable } from "../hooks/useStable";
import type { Chip } from "./chips";
import { ClearButton } from "./ClearButton";
import { ResultList } from "./ResultList";
import type { ShownResult as FoundData, Search } from "./useSearch";
import { ResultActions } from "./ResultActions";
import { ResultSummary } from "./ResultSummary";
import { ScoreHistogram } from "./ScoreHistogram";
import { strings } from "./strings";

interface Props {
  search: Search;
  found: FoundData;
  index: Index;
}

/** The result of a search. */
export function SearchResultView({ search, found, index }: Props) {
  const { result } = found;
  const like = useStable((chip: Chip) => search.search([chip]));
  return (
    <Stack spacing={1}>
      <ResultSummary found={found} index={index} />
      {result.total === 0 ? (
        <EmptyState
          name="milvus-no-results"
          icon="search_off"
          title={strings.noResults}
          text={result.why_empty ?? ""}
        >
          <ClearButton search={search} />
        </EmptyState>
      ) : (
        <>
          {result.histogram && (
            <ScoreHistogram
              key={`cut ${result.token}`}
              histogram={result.histogram}
              kind={result.score}
              keep={found.keep}
              onCut={search.cut}
            />
          )}
          <ResultActions search={search} found={found} />
          <ResultList key={`list ${result.token}`} found={found} index={index} onLike={like} />
        </>
      )}
    </Stack>
  );
}
