import { Box } from "@mui/material";
import { memo, useEffect, useRef, type KeyboardEvent } from "react";
import type { Result, Index } from "../api/contract";
import { useOpenSample, useSampleSelection } from "../hooks/appState";
import { useStable } from "../hooks/useStable";
import { MessageAlert } from "../ui/MessageAlert";
import { resultChip, type Chip } from "./chips";
import { ResultTile } from "./ResultTile";
import { strings } from "./strings";
import { useGridLayout } from "./useGridLayout";
import { useResultPages } from "./useResultPages";
import { useRovingFocus } from "./useRovingFocus";
import type { ShownResult } from "./useSearch";

interface Props {
  shown: ShownResult;
  index: Index;
  /** more, or less, like a result is asked for */
  onSimilar: (chip: Chip) => void;
}

/** The results in rank order; only those in sight are rendered. */
export const ResultList = memo(function ResultList({ shown, index, onSimilar }: Props) {
  const { result, keep, chips } = shown;
  const { results, load, problem } = useResultPages(result);
  const list = useRef<HTMLUListElement>(null);
  const layout = useGridLayout(list, keep);
  const { first, last } = layout;
  const roving = useRovingFocus({ count: keep, columns: layout.columns, show: layout.show });
  const open = useStable(useOpenSample());
  const selection = useSampleSelection();
  const toggle = useStable(selection.toggle);
  const searchSimilar = useStable((one: Result, negative: boolean) => onSimilar(resultChip(one, index, negative)));
  useEffect(() => {
    if (last >= first) load(first, last);
  });
  const act: Partial<Record<string, (one: Result) => void>> = {
    "+": (one) => searchSimilar(one, false),
    "-": (one) => searchSimilar(one, true),
    x: (one) => toggle(one.id),
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const one = results.get(Number((event.target as HTMLElement).dataset.position ?? NaN));
    const does = act[event.key];
    if (!one || !does || event.ctrlKey || event.metaKey || event.altKey) return roving.onKeyDown(event);
    event.preventDefault();
    event.stopPropagation();
    does(one);
  };
  const positions = Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => first + n);
  return (
    <>
      <MessageAlert message={problem} name="milvus-more-problem" />
      <Box
        component="ul"
        ref={list}
        aria-label={strings.resultList}
        data-cy="milvus-results"
        onKeyDown={onKeyDown}
        sx={{ position: "relative", m: 0, p: 0, listStyle: "none", height: layout.height }}
      >
        {positions.map((position) => (
          <Box
            component="li"
            key={position}
            aria-setsize={keep}
            aria-posinset={position + 1}
            sx={{ position: "absolute" }}
            style={layout.tile(position)}
          >
            <ResultTile
              result={results.get(position)}
              kind={result.score}
              chips={chips}
              active={roving.active === position}
              selected={selection.has(results.get(position)?.id)}
              position={position}
              onOpen={open}
              onSelect={toggle}
              onSimilar={searchSimilar}
            />
          </Box>
        ))}
      </Box>
    </>
  );
});
