import { Skeleton, Stack } from "@mui/material";
import { memo } from "react";
import type { Index } from "../api/contract";
import { IndexesTab } from "../indexes/IndexesTab";
import { SearchTab } from "../search/SearchTab";
import { ServerTab } from "../server/ServerTab";
import { MessageAlert } from "../ui/MessageAlert";
import { Header } from "./Header";
import { TabBar, TabContents, useTab } from "./Tabs";
import { useIndexInUse } from "./useIndexInUse";
import { usePanel } from "./usePanel";

const NO_INDEXES: Index[] = [];

export const DatasetPanel = memo(function DatasetPanel({ dataset }: { dataset: string }) {
  const panel = usePanel(dataset);
  const { value, error, loading, reload } = panel.overview;
  const indexes = value?.indexes ?? NO_INDEXES;
  const [index, choose] = useIndexInUse(indexes);
  const [place, go] = useTab();
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
      <TabBar place={place} onChange={go} />
      <MessageAlert message={error ?? unreachable} onRetry={reload} />
      <TabContents place={place}>
        {!value && loading && <Loading />}
        {value && place === "search" && (
          <SearchTab
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
          <IndexesTab
            dataset={dataset}
            overview={value}
            jobs={panel.jobs}
            build={panel.build}
            work={panel.work}
            form={panel.form}
            onChanged={reload}
          />
        )}
        {value && place === "server" && (
          <ServerTab
            dataset={dataset}
            overview={value}
            retryIn={panel.retryIn}
            onReload={reload}
            onStopped={panel.stopped}
          />
        )}
      </TabContents>
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
