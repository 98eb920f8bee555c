import { ButtonBase, Checkbox, Stack, Tooltip, Typography } from "@mui/material";
import { memo } from "react";
import type { Result, SearchResult } from "../api/contract";
import { score } from "../ui/format";
import { FOCUS } from "../ui/styles";
import type { Chip } from "./chips";
import { ScoreDetails } from "./ScoreDetails";
import { SimilarButton } from "./SimilarButton";
import { strings } from "./strings";
import { Thumbnail } from "../ui/Thumbnail";

interface Props {
  /** undefined while it is being fetched */
  result: Result | undefined;
  kind: SearchResult["score"];
  chips: Chip[];
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
 * rendered again only when it changes: a hundred of them take longer than a search.
 */
export const ResultTile = memo(function ResultTile({ result, ...props }: Props) {
  return (
    <Stack
      sx={{
        ...TILE,
        borderColor: props.selected ? "primary.main" : "divider",
        bgcolor: result ? undefined : "action.hover",
      }}
    >
      {result && <Content result={result} {...props} />}
    </Stack>
  );
});

function Content({ result, kind, chips, tags, position, active, selected, onOpen, onSelect, onSimilar }: Props & { result: Result }) {
  const shownScore = score(result.score);
  const name = `${result.rank}. ${result.caption || result.label || strings.sample}`;
  const tabIndex = active ? 0 : -1;
  return (
    <>
      <Tooltip title={<ScoreDetails result={result} kind={kind} chips={chips} />} enterDelay={300} enterNextDelay={150}>
        <ButtonBase
          disableRipple
          data-cy="milvus-result"
          data-id={result.id}
          data-position={position}
          aria-description={strings.open(name, kind, shownScore)}
          tabIndex={tabIndex}
          onClick={() => onOpen(result)}
          sx={{
            display: "block",
            width: "100%",
            textAlign: "start",
            ...FOCUS,
          }}
        >
          <Thumbnail filepath={result.filepath} box={result.box} outlined={result.objects} alt="" />
          <Stack direction="row" spacing={0.5} sx={MARKS}>
            {result.is_query && (
              <Typography variant="caption" data-cy="milvus-result-is-query" sx={{ flex: "none" }}>
                {strings.isQuery}
              </Typography>
            )}
            {tags && (
              <Typography variant="caption" noWrap dir="auto" data-cy="milvus-result-tags">
                {tags}
              </Typography>
            )}
          </Stack>
          <Stack direction="row" justifyContent="space-between" spacing={0.5} sx={{ px: 0.75 }}>
            <Typography variant="caption" noWrap color="text.secondary" dir="auto" data-cy="milvus-result-caption">
              {result.rank}
              {result.caption && ` ${result.caption}`}
            </Typography>
            <Typography
              variant="caption"
              data-cy="milvus-result-score"
              sx={{ fontVariantNumeric: "tabular-nums" }}
            >
              {shownScore}
            </Typography>
          </Stack>
        </ButtonBase>
      </Tooltip>
      <Stack direction="row" alignItems="center" className={ACTIONS} sx={{ left: 2 }} data-shown={selected}>
        <Checkbox
          size="small"
          checked={selected}
          onChange={() => onSelect(result.id)}
          inputProps={{ "aria-label": strings.select(name), tabIndex, ...CHECKBOX }}
          disableRipple
          sx={{ p: 0.25, ...FOCUS }}
        />
      </Stack>
      <Stack direction="row" className={ACTIONS} sx={{ right: 2 }}>
        <SimilarButton negative={false} name={name} tabIndex={tabIndex} onClick={() => onSimilar(result, false)} />
        <SimilarButton negative name={name} tabIndex={tabIndex} onClick={() => onSimilar(result, true)} />
      </Stack>
    </>
  );
}

/** Over the lower edge of the image. */
const MARKS = {
  position: "absolute",
  bottom: 24,
  left: 2,
  maxWidth: "calc(100% - 4px)",
  "& > *": { px: 0.5, borderRadius: 0.5, bgcolor: "background.paper", color: "text.primary", lineHeight: 1.4 },
} as const;

const ACTIONS = "milvus-tile-actions";

/** What can be done with a result lies over its image while the pointer or the keyboard is there. */
const TILE = {
  position: "relative",
  height: "100%",
  border: 1,
  borderRadius: 1,
  overflow: "hidden",
  [`.${ACTIONS}`]: { position: "absolute", top: 2, borderRadius: 1, bgcolor: "background.paper", opacity: 0 },
  [`&:hover .${ACTIONS}, &:focus-within .${ACTIONS}, .${ACTIONS}[data-shown=true]`]: { opacity: 1 },
  // a finger doesn't hover
  "@media (hover: none)": { [`.${ACTIONS}`]: { opacity: 1 } },
} as const;

const CHECKBOX: object = { "data-cy": "milvus-tick" };
