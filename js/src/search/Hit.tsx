import { Box, ButtonBase, Stack, Typography } from "@mui/material";
import type { Hit as HitData, SearchResult } from "../shared/api";
import { Thumbnail } from "./Thumbnail";

interface Props {
  hit: HitData;
  score: SearchResult["score"];
  onOpen: (hit: HitData) => void;
}

export function Hit({ hit, score, onOpen }: Props) {
  const value = hit.score.toFixed(3);
  const name = `${hit.rank}. ${hit.label ?? "sample"}, ${score} ${value}`;
  return (
    <Box component="li" sx={{ minWidth: 0 }}>
      <ButtonBase
        data-cy="milvus-hit"
        data-id={hit.id}
        aria-label={`Open ${name}`}
        title={name}
        onClick={() => onOpen(hit)}
        sx={{
          display: "flex",
          flexDirection: "column",
          alignItems: "stretch",
          justifyContent: "flex-start",
          width: "100%",
          height: "100%",
          textAlign: "start",
          borderRadius: 1,
          overflow: "hidden",
          border: 1,
          borderColor: "divider",
          "&:hover, &.Mui-focusVisible": { borderColor: "primary.main" },
        }}
      >
        <Thumbnail filepath={hit.filepath} box={hit.box} alt="" />
        <Box sx={{ px: 0.75, py: 0.25 }}>
          <Stack direction="row" justifyContent="space-between">
            <Typography variant="caption" color="text.secondary">
              {hit.rank}
            </Typography>
            <Typography
              variant="caption"
              data-cy="milvus-hit-score"
              sx={{ fontVariantNumeric: "tabular-nums" }}
            >
              {value}
            </Typography>
          </Stack>
          {hit.label && (
            <Typography variant="caption" component="div" noWrap>
              {hit.label}
            </Typography>
          )}
        </Box>
      </ButtonBase>
    </Box>
  );
}
