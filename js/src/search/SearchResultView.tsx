import { Stack } from "@mui/material";
import type { Index } from "../api/contract";
import { useStable } from "../hooks/useStable";
import { EmptyState } from "../ui/EmptyState";
import type { Chip } from "./chips";
import { ResultActions } from "./ResultActions";
import { ResultList } from "./ResultList";
import { ResultSummary } from "./ResultSummary";
import { ScoreHistogram } from "./ScoreHistogram";
import { strings } from "./strings";
import type { ShownResult as FoundData, Search } from "./useSearch";

interface Props {
  search: Search;
  shown: FoundData;
  index: Index;
}

/** The result of a search. */
export function SearchResultView({ search, shown, index }: Props) {
  const { result } = shown;
  const like = useStable((chip: Chip) => search.search([chip]));
  return (
    <Stack spacing={1}>
      <Stack direction="row" useFlexGap flexWrap="wrap" alignItems="center" justifyContent="space-between" sx={{ columnGap: 1 }}>
        <ResultSummary shown={shown} index={index} />
        {result.total > 0 && <ResultActions shown={shown} />}
      </Stack>
      {result.total === 0 ? (
        <EmptyState
          name="milvus-no-results"
          icon="search_off"
          title={strings.noResults}
          text={result.empty_reason ?? ""}
        />
      ) : (
        <>
          {result.histogram && (
            <ScoreHistogram
              key={`cut ${result.token}`}
              histogram={result.histogram}
              kind={result.score}
              keep={shown.keep}
              onCut={search.keepFirst}
            />
          )}
          <ResultList key={`list ${result.token}`} shown={shown} index={index} onSimilar={like} />
        </>
      )}
    </Stack>
  );
}
