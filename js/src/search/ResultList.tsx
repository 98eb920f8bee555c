import { Box } from "@mui/material";
import { memo, useEffect, useRef, type KeyboardEvent } from "react";
import type { Result, Index } from "../api/contract";
import { useOpenSample, useSampleSelection } from "../hooks/appState";
import { useStable } from "../hooks/useStable";
import { MessageAlert } from "../ui/MessageAlert";
import { resultChip, type Chip } from "./chips";
import { ResultTile } from "./ResultTile";
import { ScoreTooltip } from "./ScoreTooltip";
import { strings } from "./strings";
import { useGridLayout } from "./useGridLayout";
import { useResultPages } from "./useResultPages";
import { useRovingFocus } from "./useRovingFocus";
import type { ShownResult } from "./useSearch";
import type { TileView } from "./useTileView";
import { tagsOf, type Tags } from "./useTags";
import { TILES } from "./tileStyles";

const LIST = {
  position: "relative",
  m: 0,
  p: 0,
  listStyle: "none",
  "& > li": { position: "absolute" },
  // a layer of its own: else the browser compares what changes in it with each image in the App's grid
  willChange: "opacity",
  ...TILES,
} as const;

interface Props {
  shown: ShownResult;
  /** of those that are listed, where the grid shows only some; null for all that are kept */
  positions: number[] | null;
  /** what was tagged since the results were read */
  changes: Tags["changes"];
  index: Index;
  tiles: TileView;
  /** more, or less, like a result is asked for */
  onSimilar: (chip: Chip) => void;
  onTag: (result: Result) => void;
}

/** The results in rank order; only those in sight are rendered. */
export const ResultList = memo(function ResultList({ shown, positions, changes, index, tiles, onSimilar, onTag }: Props) {
  const { result, chips } = shown;
  const listed = positions?.length ?? shown.keep;
  const rankAt = (place: number) => (positions ? positions[place] : place);
  const { results, get, load, problem } = useResultPages(result, tiles.caption);
  const list = useRef<HTMLUListElement>(null);
  const layout = useGridLayout(list, listed, tiles.size);
  const { first, last } = layout;
  const roving = useRovingFocus({ count: listed, columns: layout.columns, show: layout.show });
  const openSample = useOpenSample();
  const open = useStable(({ rank }: Result) => {
    const place = positions ? positions.indexOf(rank - 1) : rank - 1;
    void openSample(place, { count: listed, get: (at) => get(rankAt(at)) });
  });
  const selection = useSampleSelection();
  const toggle = useStable(selection.toggle);
  const searchSimilar = useStable((one: Result, negative: boolean) => onSimilar(resultChip(one, index, negative)));
  useEffect(() => {
    if (last >= first) load(rankAt(first), rankAt(last));
  });
  const act: Partial<Record<string, (one: Result) => void>> = {
    "+": (one) => searchSimilar(one, false),
    "-": (one) => searchSimilar(one, true),
    x: (one) => toggle(one.id),
    t: onTag,
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const one = results.get(rankAt(Number((event.target as HTMLElement).dataset.position ?? NaN)));
    const does = act[event.key];
    if (!one || !does || event.ctrlKey || event.metaKey || event.altKey) return roving.onKeyDown(event);
    event.preventDefault();
    event.stopPropagation();
    does(one);
  };
  const places = Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => first + n);
  return (
    <>
      <MessageAlert message={problem} name="milvus-more-problem" />
      <Box
        component="ul"
        ref={list}
        aria-label={strings.resultList}
        data-cy="milvus-results"
        onKeyDown={onKeyDown}
        sx={LIST}
        style={{ height: layout.height }}
      >
        {places.map((place) => {
          const one = results.get(rankAt(place));
          return (
            <li key={place} aria-setsize={listed} aria-posinset={place + 1} style={layout.tile(place)}>
              <ResultTile
                result={one}
                kind={result.score}
                tags={one ? tagsOf(one, changes).join(", ") : ""}
                active={roving.active === place}
                selected={selection.has(one?.id)}
                position={place}
                onOpen={open}
                onSelect={toggle}
                onSimilar={searchSimilar}
              />
            </li>
          );
        })}
      </Box>
      <ScoreTooltip list={list} at={(place) => results.get(rankAt(place))} kind={result.score} chips={chips} />
    </>
  );
});
