import { Skeleton } from "@mui/material";
import { useApi, type Overview } from "../../shared/api";
import { Problem } from "../../shared/Problem";
import { useFetched } from "../../shared/useFetched";
import { useRevision } from "../../shared/useRevision";
import type { Panel } from "../../shell/DatasetPanel";
import { Collections } from "../Collections";
import { Connect } from "../Connect";
import { Down } from "../Down";
import { Embedded } from "../Embedded";
import { Facts } from "../Facts";

interface Props {
  dataset: string;
  /** what it says of the server is shown until more is known */
  overview: Overview;
  panel: Panel;
}

/** Which Milvus it is, what is in it, and how to use another. */
export function ServerPlace({ dataset, overview, panel }: Props) {
  const { server } = overview;
  const again = panel.overview.reload;
  const api = useApi();
  const { value, loading, error, reload } = useFetched(api.server_details, dataset, useRevision(server));
  const stopped = value?.embedded?.running === false;
  return (
    <>
      {!server.reachable && !stopped && (
        <Down server={server} retryIn={panel.retryIn} onRetry={again} />
      )}
      <Facts server={stopped ? null : server} details={value} />
      <Problem message={error ?? (server.reachable ? value?.problem : null)} onRetry={reload} />
      {value?.embedded && (
        <Embedded embedded={value.embedded} onStarted={again} onStopped={panel.stopped} />
      )}
      {!value && loading && <Skeleton variant="rounded" height={160} />}
      {value?.collections && (
        <Collections
          dataset={dataset}
          collections={value.collections}
          onDropped={reload}
          onAdopted={again}
        />
      )}
      <Connect settings={value?.settings ?? []} />
    </>
  );
}
