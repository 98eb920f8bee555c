import { Skeleton, Stack } from "@mui/material";
import { memo } from "react";
import { IndexesPlace } from "../../indexes/IndexesPlace";
import { SearchPlace } from "../../search/SearchPlace";
import { ServerPlace } from "../../server/ServerPlace";
import { Problem } from "../../shared/Problem";
import { Contents } from "../Contents";
import { Header } from "../Header";
import { usePlace } from "../places";
import { Tabs } from "../Tabs";
import { useIndexInUse } from "./useIndexInUse";
import { usePanel } from "./usePanel";
import type { Index } from "../../shared/api";

const NO_INDEXES: Index[] = [];

export const DatasetPanel = memo(function DatasetPanel({ dataset }: { dataset: string }) {
  const panel = usePanel(dataset);
  const { value, error, loading, reload } = panel.overview;
  const indexes = value?.indexes ?? NO_INDEXES;
  const [index, choose] = useIndexInUse(indexes);
  const [place, go] = usePlace();
  const server = value?.server ?? null;
  // the Server place says it at length
  const down = place !== "server" && server?.reachable === false;
  const unreachable = down ? (server.problem ?? "Milvus doesn't answer.") : null;
  const makeIndex = () => {
    go("indexes");
    panel.form.show();
  };
  return (
    <Stack spacing={1.5}>
      <Header
        dataset={dataset}
        index={index}
        indexes={indexes}
        server={server}
        loading={loading}
        onIndex={choose}
        onRefresh={reload}
      />
      <Tabs place={place} onChange={go} />
      <Problem message={error ?? unreachable} onRetry={reload} />
      <Contents place={place}>
        {!value && loading && <Loading />}
        {value && place === "search" && (
          <SearchPlace
            dataset={dataset}
            samples={value.dataset.samples}
            index={index}
            indexes={indexes}
            others={value.other_indexes}
            onIndex={choose}
            onMakeIndex={makeIndex}
          />
        )}
        {value && place === "indexes" && (
          <IndexesPlace dataset={dataset} overview={value} panel={panel} />
        )}
        {value && place === "server" && <ServerPlace dataset={dataset} overview={value} panel={panel} />}
      </Contents>
    </Stack>
  );
});

function Loading() {
  return (
    <Stack spacing={1.5} aria-busy="true" aria-label="Loading" data-cy="milvus-loading">
      <Skeleton variant="rounded" height={160} />
      <Skeleton variant="rounded" height={96} />
    </Stack>
  );
}
