import { Stack } from "@mui/material";
import type { Index } from "../../shared/api";
import { Empty } from "../../shared/Empty";
import { useStable } from "../../shared/useStable";
import type { Chip } from "../chips";
import { ClearButton } from "../ClearButton";
import { HitList } from "../HitList";
import type { Found as FoundData, Search } from "../useSearch";
import { Actions } from "./Actions";
import { ResultLine } from "./ResultLine";
import { ScoreCut } from "./ScoreCut";

interface Props {
  search: Search;
  found: FoundData;
  index: Index;
}

/** What a search found. */
export function Found({ search, found, index }: Props) {
  const { result } = found;
  const like = useStable((chip: Chip) => search.search([chip]));
  return (
    <Stack spacing={1}>
      <ResultLine found={found} index={index} />
      {result.total === 0 ? (
        <Empty
          name="milvus-no-hits"
          icon="search_off"
          title="No results"
          text={result.why_empty ?? ""}
        >
          <ClearButton search={search} />
        </Empty>
      ) : (
        <>
          {result.histogram && (
            <ScoreCut
              key={`cut ${result.token}`}
              histogram={result.histogram}
              kind={result.score}
              keep={found.keep}
              onCut={search.cut}
            />
          )}
          <Actions search={search} found={found} />
          <HitList key={`hits ${result.token}`} found={found} index={index} onLike={like} />
        </>
      )}
    </Stack>
  );
}
