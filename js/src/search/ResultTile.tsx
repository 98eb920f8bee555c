import { memo, type ButtonHTMLAttributes } from "react";
import type { Result, SearchResult } from "../api/contract";
import { score } from "../ui/format";
import { strings } from "./strings";
import { Thumbnail } from "../ui/Thumbnail";

interface Props {
  /** undefined while it is being fetched */
  result: Result | undefined;
  kind: SearchResult["score"];
  /** in a line */
  tags: string;
  position: number;
  /** the Tab key focuses it */
  active: boolean;
  selected: boolean;
  onOpen: (result: Result) => void;
  onSelect: (id: string) => void;
  onSimilar: (result: Result, negative: boolean) => void;
}

/**
 * A result: its image, rank, score and label, a checkbox, and more or less like it. It is
 * rendered again only when it changes, and its parts are plain elements (their styles are in
 * `tileStyles.ts`): those of MUI would take longer than a search.
 */
export const ResultTile = memo(function ResultTile({ result, selected, ...props }: Props) {
  return (
    <div className="milvus-tile" data-selected={selected} data-loading={!result}>
      {result && <Content result={result} selected={selected} {...props} />}
    </div>
  );
});

function Content({ result, kind, tags, position, active, selected, onOpen, onSelect, onSimilar }: Props & { result: Result }) {
  const shownScore = score(result.score);
  const name = `${result.rank}. ${result.caption || result.label || strings.sample}`;
  const tabIndex = active ? 0 : -1;
  return (
    <>
      <button
        type="button"
        className="milvus-tile-open"
        data-cy="milvus-result"
        data-id={result.id}
        data-position={position}
        aria-description={strings.open(name, kind, shownScore)}
        tabIndex={tabIndex}
        onClick={() => onOpen(result)}
      >
        <Thumbnail filepath={result.filepath} box={result.box} outlined={result.objects} alt="" />
        <span className="milvus-tile-marks">
          {result.is_query && <span data-cy="milvus-result-is-query">{strings.isQuery}</span>}
          {tags && (
            <span dir="auto" data-cy="milvus-result-tags">
              {tags}
            </span>
          )}
        </span>
        <span className="milvus-tile-line">
          <span dir="auto" data-cy="milvus-result-caption">
            {result.rank}
            {result.caption && ` ${result.caption}`}
          </span>
          <span data-cy="milvus-result-score">{shownScore}</span>
        </span>
      </button>
      <span className="milvus-tile-actions" data-shown={selected} style={{ left: 2 }}>
        <TileButton
          name="milvus-tick"
          role="checkbox"
          aria-checked={selected}
          aria-label={strings.select(name)}
          tabIndex={tabIndex}
          icon={selected ? "check_box" : "check_box_outline_blank"}
          onClick={() => onSelect(result.id)}
        />
      </span>
      <span className="milvus-tile-actions" style={{ right: 2 }}>
        {[false, true].map((negative) => {
          const words = negative ? strings.lessLikeThis : strings.moreLikeThis;
          return (
            <TileButton
              key={words}
              name={negative ? "milvus-less-like" : "milvus-more-like"}
              title={words}
              aria-label={`${words}: ${name}`}
              tabIndex={tabIndex}
              icon={negative ? "remove_circle_outline" : "add_circle_outline"}
              onClick={() => onSimilar(result, negative)}
            />
          );
        })}
      </span>
    </>
  );
}

interface TileButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  name: string;
  icon: string;
}

const TileButton = ({ name, icon, ...props }: TileButtonProps) => (
  <button type="button" className="milvus-tile-button" data-cy={name} {...props}>
    <span className="material-icons notranslate" aria-hidden>
      {icon}
    </span>
  </button>
);
