import { MuiIconFont } from "@fiftyone/components";
import { Box, IconButton, Skeleton, Stack, Tooltip } from "@mui/material";
import { memo } from "react";
import type { Index, Server } from "../api/contract";
import { OtherServer, ServerStatus } from "../server/ServerStatus";
import { hidden } from "../ui/styles";
import { IndexSelect } from "./IndexSelect";
import { strings } from "./strings";

interface Props {
  dataset: string;
  index: Index | undefined;
  indexes: Index[];
  server: Server | null;
  loading: boolean;
  onIndex: (brain_key: string) => void;
  onRefresh: () => void;
}

/** The index in use, and the Milvus that it is on. */
export const Header = memo(function Header(props: Props) {
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
        {index && <IndexSelect index={index} indexes={indexes} counting={!server && loading} onChange={onIndex} />}
        {index?.other_server ? <OtherServer index={index} /> : server && <ServerStatus server={server} />}
        {!server && loading && <Skeleton width={160} />}
      </Stack>
      <Tooltip disableInteractive title={strings.refresh}>
        <span>
          <IconButton
            size="small"
            aria-label={strings.refresh}
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
});
