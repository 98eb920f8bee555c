import { MuiIconFont } from "@fiftyone/components";
import { Box, IconButton, Skeleton, Stack, Tooltip } from "@mui/material";
import type { Index, Server } from "../api/contract";
import { hidden } from "../ui/styles";
import { Elsewhere, ServerStatus } from "../server/ServerStatus";
import { IndexSelect } from "./IndexSelect";

interface Props {
  dataset: string;
  index: Index | undefined;
  indexes: Index[];
  server: Server | null;
  loading: boolean;
  onIndex: (brain_key: string) => void;
  onRefresh: () => void;
}

/** The index in use, and which Milvus it is in. */
export function Header(props: Props) {
  const { dataset, index, indexes, server, loading, onIndex, onRefresh } = props;
  return (
    <Stack direction="row" alignItems="flex-start" spacing={1}>
      <Box component="h1" sx={hidden} data-cy="milvus-dataset">
        {dataset}
      </Box>
      <Stack
        direction="row"
        useFlexGap
        flexWrap="wrap"
        alignItems="center"
        sx={{ flex: 1, minWidth: 0, minHeight: 34, columnGap: 2 }}
      >
        {index && <IndexSelect index={index} indexes={indexes} onChange={onIndex} />}
        {index?.elsewhere ? <Elsewhere index={index} /> : server && <ServerStatus server={server} />}
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
