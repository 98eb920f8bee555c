import { Box, ButtonBase, Checkbox, Stack, Tooltip, Typography } from "@mui/material";
import { memo } from "react";
import type { Hit, SearchResult } from "../api/contract";
import { FOCUS } from "../ui/styles";
import type { Chip } from "./chips";
import { Thumbnail } from "./Thumbnail";
import { SimilarButton } from "./SimilarButton";
import { ScoreDetails } from "./ScoreDetails";
import { score } from "../ui/format";
import { strings } from "./strings";

interface Props {
  /** undefined while it is being fetched */
  hit: Hit | undefined;
  kind: SearchResult["score"];
  chips: Chip[];
  place: number;
  /** the Tab key reaches it */
  active: boolean;
  ticked: boolean;
  onOpen: (hit: Hit) => void;
  onTick: (id: string) => void;
  onLike: (hit: Hit, unwanted: boolean) => void;
}

/**
 * A result: its image, rank, score and label, a checkbox, and more or less like it. It is
 * rendered again only when it changes: a hundred of them take longer than a search.
 */
export const ResultTile = memo(function HitTile({ hit, ...props }: Props) {
  return (
    <Stack
      sx={{
        height: "100%",
        border: 1,
        borderColor: props.ticked ? "primary.main" : "divider",
        borderRadius: 1,
        overflow: "hidden",
        bgcolor: hit ? undefined : "action.hover",
      }}
    >
      {hit && <Content hit={hit} {...props} />}
    </Stack>
  );
});

function Content({ hit, kind, chips, place, active, ticked, onOpen, onTick, onLike }: Props & { hit: Hit }) {
  const shownScore = score(hit.score);
  const name = `${hit.rank}. ${hit.label ?? strings.sample}`;
  const tabIndex = active ? 0 : -1;
  return (
    <>
      <Tooltip title={<ScoreDetails hit={hit} kind={kind} chips={chips} />} enterDelay={300} enterNextDelay={150}>
        <ButtonBase
          disableRipple
          data-cy="milvus-result"
          data-id={hit.id}
          data-place={place}
          aria-label={strings.open(name, kind, shownScore)}
          tabIndex={tabIndex}
          onClick={() => onOpen(hit)}
          sx={{
            display: "block",
            width: "100%",
            textAlign: "start",
            ...FOCUS,
          }}
        >
          <Thumbnail filepath={hit.filepath} box={hit.box} alt="" />
          <Stack direction="row" justifyContent="space-between" spacing={0.5} sx={{ px: 0.75 }}>
            <Typography variant="caption" noWrap color="text.secondary" dir="auto">
              {hit.rank}
              {hit.label && ` ${hit.label}`}
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
          checked={ticked}
          onChange={() => onTick(hit.id)}
          inputProps={{ "aria-label": strings.select(name), tabIndex, ...TICK }}
          disableRipple
          sx={{ p: 0.5, ...FOCUS }}
        />
        <Box>
          <SimilarButton unwanted={false} name={name} tabIndex={tabIndex} onClick={() => onLike(hit, false)} />
          <SimilarButton unwanted name={name} tabIndex={tabIndex} onClick={() => onLike(hit, true)} />
        </Box>
      </Stack>
    </>
  );
}

const TICK: object = { "data-cy": "milvus-tick" };
