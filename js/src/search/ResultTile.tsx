import { Box, ButtonBase, Checkbox, Stack, Tooltip, Typography } from "@mui/material";
import { memo } from "react";
import type { Result, SearchResult } from "../api/contract";
import { score } from "../ui/format";
import { FOCUS } from "../ui/styles";
import type { Chip } from "./chips";
import { ScoreDetails } from "./ScoreDetails";
import { SimilarButton } from "./SimilarButton";
import { strings } from "./strings";
import { Thumbnail } from "./Thumbnail";

interface Props {
  /** undefined while it is being fetched */
  result: Result | undefined;
  kind: SearchResult["score"];
  chips: Chip[];
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
        height: "100%",
        border: 1,
        borderColor: props.selected ? "primary.main" : "divider",
        borderRadius: 1,
        overflow: "hidden",
        bgcolor: result ? undefined : "action.hover",
      }}
    >
      {result && <Content result={result} {...props} />}
    </Stack>
  );
});

function Content({ result, kind, chips, position, active, selected, onOpen, onSelect, onSimilar }: Props & { result: Result }) {
  const shownScore = score(result.score);
  const name = `${result.rank}. ${result.label ?? strings.sample}`;
  const tabIndex = active ? 0 : -1;
  return (
    <>
      <Tooltip title={<ScoreDetails result={result} kind={kind} chips={chips} />} enterDelay={300} enterNextDelay={150}>
        <ButtonBase
          disableRipple
          data-cy="milvus-result"
          data-id={result.id}
          data-position={position}
          aria-label={strings.open(name, kind, shownScore)}
          tabIndex={tabIndex}
          onClick={() => onOpen(result)}
          sx={{
            display: "block",
            width: "100%",
            textAlign: "start",
            ...FOCUS,
          }}
        >
          <Thumbnail filepath={result.filepath} box={result.box} alt="" />
          <Stack direction="row" justifyContent="space-between" spacing={0.5} sx={{ px: 0.75 }}>
            <Typography variant="caption" noWrap color="text.secondary" dir="auto">
              {result.rank}
              {result.label && ` ${result.label}`}
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
      <Stack direction="row" alignItems="center" justifyContent="space-between" sx={{ px: 0.25, mt: "auto" }}>
        <Checkbox
          size="small"
          checked={selected}
          onChange={() => onSelect(result.id)}
          inputProps={{ "aria-label": strings.select(name), tabIndex, ...CHECKBOX }}
          disableRipple
          sx={{ p: 0.5, ...FOCUS }}
        />
        <Box>
          <SimilarButton negative={false} name={name} tabIndex={tabIndex} onClick={() => onSimilar(result, false)} />
          <SimilarButton negative name={name} tabIndex={tabIndex} onClick={() => onSimilar(result, true)} />
        </Box>
      </Stack>
    </>
  );
}

const CHECKBOX: object = { "data-cy": "milvus-tick" };
