import { Stack, Typography } from "@mui/material";
import { useApi } from "../api/client";
import type { TermShown } from "../api/contract";
import { useFetched } from "../api/useFetched";
import { closeSample, useOpenedId } from "../hooks/appState";
import { EmptyState } from "../ui/EmptyState";
import { MessageAlert } from "../ui/MessageAlert";
import { PrimaryButton } from "../ui/PrimaryButton";
import { shownChip } from "./chips";
import { useOpenSearch } from "./openSearch";
import { ScoreDetails } from "./ScoreDetails";
import { strings } from "./strings";
import type { ShownResult } from "./useSearch";

/** Which result the sample or patch is that is open in FiftyOne's modal, and why. */
export function OpenedResult() {
  const shown = useOpenSearch()?.shown;
  const id = useOpenedId();
  if (!shown || id === null)
    return <EmptyState name="milvus-no-search" icon="image_search" title={strings.noSearch} text={strings.searchBeside} />;
  return <Opened id={id} shown={shown} />;
}

function Opened({ id, shown }: { id: string; shown: ShownResult }) {
  const api = useApi();
  const { result, chips } = shown;
  const { token, brain_key } = result;
  const { value, error, loading } = useFetched(() => api.opened_item({ token, brain_key, id }), `${token} ${id}`);
  const opened = value?.result ?? null;
  return (
    <Stack spacing={1} alignItems="flex-start" aria-busy={loading} data-cy="milvus-opened">
      <MessageAlert message={error} />
      {value && (
        <Typography variant="subtitle2" component="div" role="status" data-cy="milvus-opened-rank">
          {opened ? strings.resultOf(opened.rank, result.total) : strings.noResultOf(result.total)}
        </Typography>
      )}
      {opened && (
        <Typography variant="body2" component="div">
          <ScoreDetails result={opened} kind={result.score} chips={chips} />
        </Typography>
      )}
      {value?.chip && <FindSimilar term={value.chip} />}
    </Stack>
  );
}

function FindSimilar({ term }: { term: TermShown }) {
  const search = useOpenSearch();
  const find = () => {
    if (!search) return;
    search.findSimilar(shownChip(term, search.index));
    closeSample();
  };
  return (
    <PrimaryButton size="small" data-cy="milvus-find-similar" onClick={find}>
      {strings.findSimilar}
    </PrimaryButton>
  );
}
