import { MuiIconFont } from "@fiftyone/components";
import { IconButton, Skeleton, Stack, Tooltip, Typography } from "@mui/material";
import type { Server } from "../shared/api";
import { ServerStatus } from "./ServerStatus";

interface Props {
  dataset: string;
  server: Server | null;
  loading: boolean;
  onRefresh: () => void;
}

export function Header({ dataset, server, loading, onRefresh }: Props) {
  return (
    <Stack direction="row" alignItems="center" spacing={1}>
      <Stack sx={{ flex: 1, minWidth: 0 }}>
        <Typography component="h1" variant="subtitle1" noWrap data-cy="milvus-dataset">
          {dataset}
        </Typography>
        {server && <ServerStatus server={server} />}
        {!server && loading && <Skeleton width={160} />}
      </Stack>
      <Tooltip title="Refresh">
        <span>
          <IconButton
            size="small"
            aria-label="Refresh"
            data-cy="milvus-refresh"
            disabled={loading}
            onClick={onRefresh}
          >
            <MuiIconFont name="refresh" sx={{ fontSize: 20 }} />
          </IconButton>
        </span>
      </Tooltip>
    </Stack>
  );
}
