import { Stack } from "@mui/material";
import { useState } from "react";
import { useApi } from "../api/client";
import type { Index, Result } from "../api/contract";
import { useDebouncedAnswer } from "../hooks/useDebouncedAnswer";
import { useStable } from "../hooks/useStable";
import { MessageAlert } from "../ui/MessageAlert";
import type { Chip } from "./chips";
import { CompareMenu } from "./CompareMenu";
import { ComparisonView } from "./ComparisonView";
import { searchOf } from "./gridResults";
import { NoResults } from "./NoResults";
import { ResultActions, type Action } from "./ResultActions";
import { ResultList } from "./ResultList";
import { ResultSummary } from "./ResultSummary";
import { ScoreHistogram } from "./ScoreHistogram";
import { ShowMore } from "./ShowMore";
import { useComparison } from "./useComparison";
import { useResultsInGrid } from "./useResultsInGrid";
import type { ShownResult, Search } from "./useSearch";
import { useTags } from "./useTags";
import { useTileView } from "./useTileView";
import { ViewOptions } from "./ViewOptions";

interface Props {
  search: Search;
  shown: ShownResult;
  index: Index;
  indexes: Index[];
}

/** The result of a search. */
export function SearchResultView({ search, shown, index, indexes }: Props) {
  const api = useApi();
  const { result, keep } = shown;
  const { token } = result;
  const made = searchOf(shown);
  const tags = useTags(shown);
  const inGrid = useResultsInGrid(shown);
  const tiles = useTileView(shown.dataset, index.patches_field);
  const { background } = useDebouncedAnswer(result.histogram && token, () => api.score_background({ token }), 0) ?? {};
  const comparison = useComparison(token);
  const [open, setOpen] = useState<Action | null>(null);
  // images and texts are far from each other, however well they match
  const comparable = result.total > 0 && shown.chips.every(({ term }) => !term.text);
  const closeness = useDebouncedAnswer(comparable ? made : null, () => api.closeness({ token }), 0);
  const like = useStable((chip: Chip) => search.search([chip]));
  const tag = useStable((one: Result) => (tags.last ? tags.tagOne(tags.last, one.id) : setOpen("tag")));
  const further = keep < result.total ? 0 : Math.min(result.further, (result.searched ?? index.size ?? Infinity) - result.total);
  return (
    <Stack spacing={1}>
      <Stack direction="row" useFlexGap flexWrap="wrap" alignItems="center" justifyContent="space-between" sx={{ columnGap: 1, position: "relative" }}>
        <ResultSummary shown={shown} index={index} inGrid={inGrid} search={search} />
        {result.total > 0 && (
          <ResultActions shown={shown} inGrid={inGrid.positions?.length ?? keep} tags={tags} open={open} onOpen={setOpen}>
            <CompareMenu index={index} indexes={indexes} onChoose={comparison.compare} />
            <ViewOptions token={token} patches={index.patches_field !== null} tiles={tiles} />
          </ResultActions>
        )}
      </Stack>
      <MessageAlert message={closeness?.message} severity="info" name="milvus-nothing-close" />
      <MessageAlert message={comparison.problem} />
      {result.total === 0 ? (
        <NoResults shown={shown} onLoosen={search.loosen} />
      ) : comparison.shown ? (
        <ComparisonView {...comparison.shown} onClose={comparison.close} />
      ) : (
        <>
          {result.histogram && (
            <ScoreHistogram
              key={`cut ${made}`}
              histogram={result.histogram}
              background={background ?? null}
              kind={result.score}
              keep={keep}
              onCut={search.keepFirst}
            />
          )}
          <ResultList
            key={`list ${made} ${tiles.caption}`}
            shown={shown}
            positions={inGrid.positions}
            changes={tags.changes}
            index={index}
            tiles={tiles}
            onSimilar={like}
            onTag={tag}
          />
          {further > 0 && (
            <ShowMore
              count={further}
              byScrolling={!inGrid.positions && !inGrid.elsewhere && !search.outdated && !search.problem}
              search={search}
            />
          )}
        </>
      )}
    </Stack>
  );
}
