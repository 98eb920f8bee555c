import { Box } from "@mui/material";
import { memo, useEffect, useRef } from "react";
import type { Hit, Index } from "../api/contract";
import { MessageAlert } from "../ui/MessageAlert";
import { useOpenSample, useSampleSelection } from "../hooks/appState";
import { useStable } from "../hooks/useStable";
import { hitChip, type Chip } from "./chips";
import type { ShownResult } from "./useSearch";
import { ResultTile } from "./ResultTile";
import { useGridLayout } from "./useGridLayout";
import { useResultPages } from "./useResultPages";
import { useRovingFocus } from "./useRovingFocus";
import { strings } from "./strings";

interface Props {
  found: ShownResult;
  index: Index;
  /** more, or less, like a result is asked for */
  onLike: (chip: Chip) => void;
}

/** The results in rank order; only those in sight are rendered. */
export const ResultList = memo(function HitList({ found, index, onLike }: Props) {
  const { result, keep, chips } = found;
  const { hits, need, problem } = useResultPages(result);
  const list = useRef<HTMLUListElement>(null);
  const layout = useGridLayout(list, keep);
  const { first, last } = layout;
  const roving = useRovingFocus({ count: keep, columns: layout.columns, show: layout.show });
  const open = useStable(useOpenSample());
  const selection = useSampleSelection();
  const toggle = useStable(selection.toggle);
  const like = useStable((hit: Hit, unwanted: boolean) => onLike(hitChip(hit, index, unwanted)));
  useEffect(() => {
    if (last >= first) need(first, last);
  });
  const places = Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => first + n);
  return (
    <>
      <MessageAlert message={problem} name="milvus-more-problem" />
      <Box
        component="ul"
        ref={list}
        aria-label={strings.resultList}
        data-cy="milvus-results"
        onKeyDown={roving.onKeyDown}
        sx={{ position: "relative", m: 0, p: 0, listStyle: "none", height: layout.height }}
      >
        {places.map((place) => (
          <Box
            component="li"
            key={place}
            aria-setsize={keep}
            aria-posinset={place + 1}
            sx={{ position: "absolute" }}
            style={layout.tile(place)}
          >
            <ResultTile
              hit={hits.get(place)}
              kind={result.score}
              chips={chips}
              active={roving.active === place}
              ticked={selection.has(hits.get(place)?.id)}
              place={place}
              onOpen={open}
              onTick={toggle}
              onLike={like}
            />
          </Box>
        ))}
      </Box>
    </>
  );
});
