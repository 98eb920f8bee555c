import { Skeleton, Stack } from "@mui/material";
import { IndexForm } from "./indexes/form/IndexForm";
import { Indexes } from "./indexes/Indexes";
import { Jobs } from "./jobs/Jobs";
import { isActive } from "./jobs/progress";
import { SearchSection } from "./search/SearchSection";
import { Header } from "./server/Header";
import { Problem } from "./shared/Problem";
import { usePanel } from "./usePanel";

export function DatasetPanel({ dataset }: { dataset: string }) {
  const { overview, jobs, build, sync, form } = usePanel(dataset);
  const { value, error, loading, reload } = overview;
  const server = value?.server ?? null;
  const unreachable = server && !server.reachable ? (server.problem ?? "Milvus doesn't answer.") : null;
  return (
    <Stack spacing={1.5}>
      <Header dataset={dataset} server={server} loading={loading} onRefresh={reload} />
      <Problem message={error ?? unreachable} onRetry={reload} />
      <Jobs jobs={jobs} />
      {!value && loading && <Loading />}
      {value && (
        <>
          <SearchSection dataset={dataset} indexes={value.indexes} />
          {form.open && <IndexForm dataset={dataset} build={build} onClose={form.hide} />}
          <Indexes
            indexes={value.indexes}
            sync={sync}
            busy={form.open || jobs.some(isActive)}
            onNew={form.show}
            onChanged={reload}
          />
        </>
      )}
    </Stack>
  );
}

function Loading() {
  return (
    <Stack spacing={1.5} aria-busy="true" aria-label="Loading" data-cy="milvus-loading">
      <Skeleton variant="rounded" height={160} />
      <Skeleton variant="rounded" height={96} />
    </Stack>
  );
}
