import { executeOperator } from "@fiftyone/operators";
import * as fos from "@fiftyone/state";
import { Box, Button } from "@mui/material";
import { useRecoilValue } from "recoil";
import type { Hit as HitData, SearchResult } from "../shared/api";
import { Hit } from "./Hit";

interface Props {
  result: SearchResult;
  busy: boolean;
  onMore: () => void;
}

/** The hits, best first; a click opens the sample. */
export function Hits({ result, busy, onMore }: Props) {
  const open = useOpen();
  return (
    <>
      <Box
        component="ol"
        aria-label="Hits"
        sx={{
          m: 0,
          p: 0,
          listStyle: "none",
          display: "grid",
          gap: 1,
          gridTemplateColumns: "repeat(auto-fill, minmax(80px, 1fr))",
        }}
      >
        {result.hits.map((hit) => (
          <Hit key={hit.id} hit={hit} score={result.score} onOpen={open} />
        ))}
      </Box>
      {result.hits.length < result.total && (
        <Button size="small" color="secondary" data-cy="milvus-more" disabled={busy} onClick={onMore}>
          Show more
        </Button>
      )}
    </>
  );
}

/** Opens what the grid shows of a hit: its patch in a patches view, else its sample. */
function useOpen() {
  const patches = useRecoilValue(fos.isPatchesView);
  return (hit: HitData) =>
    void executeOperator("@voxel51/operators/open_sample", {
      id: patches ? hit.id : hit.sample_id,
    });
}
