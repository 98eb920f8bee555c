import { Skeleton } from "@mui/material";
import { useApi } from "../api/client";
import type { Server } from "../api/contract";
import { useFetched } from "../api/useFetched";
import { useRevision } from "../hooks/useRevision";
import { MessageAlert } from "../ui/MessageAlert";
import { CollectionList } from "./CollectionList";
import { ConnectionGuide } from "./ConnectionGuide";
import { EmbeddedMilvus } from "./EmbeddedMilvus";
import { ServerDown } from "./ServerDown";
import { ServerFacts } from "./ServerFacts";

interface Props {
  dataset: string;
  /** shown until the details are there */
  server: Server;
  /** seconds until a server that is down is tried again */
  retryIn: number | null;
  onReload: () => void;
  /** the person stopped the embedded Milvus */
  onStopped: () => void;
}

/** The Milvus in use, its collections, and how to connect to another. */
export function ServerTab({ dataset, server, retryIn, onReload, onStopped }: Props) {
  const api = useApi();
  const { value, loading, error, reload } = useFetched(api.server_details, dataset, useRevision(server));
  const stopped = value?.embedded?.running === false;
  return (
    <>
      {!server.reachable && !stopped && (
        <ServerDown server={server} retryIn={retryIn} onRetry={onReload} />
      )}
      <ServerFacts server={stopped ? null : server} details={value} />
      <MessageAlert message={error ?? (server.reachable ? value?.problem : null)} onRetry={reload} />
      {value?.embedded && (
        <EmbeddedMilvus embedded={value.embedded} onStarted={onReload} onStopped={onStopped} />
      )}
      {!value && loading && <Skeleton variant="rounded" height={160} />}
      {value?.collections && (
        <CollectionList
          dataset={dataset}
          collections={value.collections}
          onDeleted={reload}
          onAdopted={onReload}
        />
      )}
      <ConnectionGuide settings={value?.settings ?? []} />
    </>
  );
}
