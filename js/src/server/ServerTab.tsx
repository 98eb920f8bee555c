import { Skeleton } from "@mui/material";
import { useApi, type Overview } from "../api/client";
import { MessageAlert } from "../ui/MessageAlert";
import { useFetched } from "../api/useFetched";
import { useRevision } from "../hooks/useRevision";
import type { Panel } from "../panel/usePanel";
import { CollectionList } from "./CollectionList";
import { ConnectionGuide } from "./ConnectionGuide";
import { ServerDown } from "./ServerDown";
import { EmbeddedMilvus } from "./EmbeddedMilvus";
import { ServerFacts } from "./ServerFacts";

interface Props {
  dataset: string;
  /** what it says of the server is shown until more is known */
  overview: Overview;
  panel: Panel;
}

/** Which Milvus it is, what is in it, and how to use another. */
export function ServerTab({ dataset, overview, panel }: Props) {
  const { server } = overview;
  const again = panel.overview.reload;
  const api = useApi();
  const { value, loading, error, reload } = useFetched(api.server_details, dataset, useRevision(server));
  const stopped = value?.embedded?.running === false;
  return (
    <>
      {!server.reachable && !stopped && (
        <ServerDown server={server} retryIn={panel.retryIn} onRetry={again} />
      )}
      <ServerFacts server={stopped ? null : server} details={value} />
      <MessageAlert message={error ?? (server.reachable ? value?.problem : null)} onRetry={reload} />
      {value?.embedded && (
        <EmbeddedMilvus embedded={value.embedded} onStarted={again} onStopped={panel.stopped} />
      )}
      {!value && loading && <Skeleton variant="rounded" height={160} />}
      {value?.collections && (
        <CollectionList
          dataset={dataset}
          collections={value.collections}
          onDropped={reload}
          onAdopted={again}
        />
      )}
      <ConnectionGuide settings={value?.settings ?? []} />
    </>
  );
}
