import { Skeleton, Stack, Typography } from "@mui/material";
import { memo, useCallback, useState } from "react";
import type { Index, Overview } from "../api/contract";
import { FindTab } from "../find/FindTab";
import { IndexesTab } from "../indexes/IndexesTab";
import { useFileDrop } from "../hooks/useFileDrop";
import { useShared } from "../hooks/shareEqual";
import { useStable } from "../hooks/useStable";
import { SearchTab } from "../search/SearchTab";
import { ServerTab } from "../server/ServerTab";
import { MessageAlert } from "../ui/MessageAlert";
import { Header } from "./Header";
import { strings } from "./strings";
import { TabBar, TabContents, useTab } from "./Tabs";
import { useIndexInUse } from "./useIndexInUse";
import { usePanel } from "./usePanel";

const NO_INDEXES: Index[] = [];

interface Props {
  dataset: string;
  /** what to show until Python answers, if it came with the panel */
  first?: Overview | null;
}

export const DatasetPanel = memo(function DatasetPanel({ dataset, first = null }: Props) {
  const panel = usePanel(dataset, first);
  const { value, error, loading, reload } = panel.overview;
  const indexes = useShared(value?.indexes ?? NO_INDEXES);
  const [index, choose] = useIndexInUse(dataset, indexes, Boolean(value?.server));
  const [tab, setTab] = useTab();
  const dropped = useDroppedFiles(() => setTab("search"));
  const server = value?.server ?? null;
  // the Server tab shows it in full
  const down = tab !== "server" && server?.reachable === false;
  const unreachable = down ? (server.problem ?? strings.noAnswer) : null;
  const makeIndex = () => {
    setTab("indexes");
    panel.form.show();
  };
  const copyIndex = () => {
    setTab("indexes");
    panel.copy.show();
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
      <TabBar tab={tab} onChange={setTab} />
      <MessageAlert message={error ?? unreachable} onRetry={reload} />
      {tab !== "search" && <DropTarget onDrop={dropped.onDrop} />}
      <TabContents tab={tab}>
        {loading && (tab === "server" ? !server : !value) && <Loading />}
        {value && tab === "search" && (
          <SearchTab
            dataset={dataset}
            samples={value.dataset.samples}
            index={index}
            indexes={indexes}
            others={value.other_indexes}
            dropped={dropped}
            onIndex={choose}
            onMakeIndex={makeIndex}
            onCopyIndex={copyIndex}
          />
        )}
        {value && tab === "find" && (
          <FindTab
            index={index}
            others={value.other_indexes}
            jobs={panel.jobs}
            find={panel.find}
            onMakeIndex={makeIndex}
            onCopyIndex={copyIndex}
          />
        )}
        {value && tab === "indexes" && (
          <IndexesTab
            dataset={dataset}
            overview={value}
            indexes={indexes}
            jobs={panel.jobs}
            build={panel.build}
            work={panel.work}
            form={panel.form}
            copy={panel.copy}
            onChanged={reload}
          />
        )}
        {tab === "server" && server && (
          <ServerTab
            dataset={dataset}
            server={server}
            retryIn={panel.retryIn}
            onReload={reload}
            onStopped={panel.stopped}
          />
        )}
      </TabContents>
    </Stack>
  );
});

/** Files that are dropped on another tab go to the Search tab. */
function useDroppedFiles(open: () => void) {
  const [files, setFiles] = useState<File[] | null>(null);
  const onTaken = useCallback(() => setFiles(null), []);
  const onDrop = (next: File[]) => {
    if (next.length === 0) return;
    setFiles(next);
    open();
  };
  return { files, onTaken, onDrop };
}

function DropTarget({ onDrop }: { onDrop: (files: File[]) => void }) {
  const over = useFileDrop(useStable(onDrop));
  return over ? <Typography variant="body2" data-cy="milvus-drop-hint">{strings.dropToSearch}</Typography> : null;
}

function Loading() {
  return (
    <Stack spacing={1.5} aria-busy="true" aria-label={strings.loading} data-cy="milvus-loading">
      <Skeleton variant="rounded" height={160} />
      <Skeleton variant="rounded" height={96} />
    </Stack>
  );
}
