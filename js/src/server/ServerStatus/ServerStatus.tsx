import { Box, Stack, Tooltip, Typography } from "@mui/material";
import type { Server } from "../../shared/api";

/** "Milvus Lite 3.2.2 answered in 4 ms", or why it didn't. */
export function describe(server: Server): string {
  if (!server.reachable) return server.problem ?? "Milvus doesn't answer";
  const name = server.version ? `Milvus ${server.version}` : "Milvus";
  return server.latency_ms === null
    ? `${name} answers`
    : `${name} answered in ${Math.max(1, Math.round(server.latency_ms))} ms`;
}

export function ServerStatus({ server }: { server: Server }) {
  const state = server.reachable ? "reachable" : "not reachable";
  const where = server.kind === "embedded" ? "Embedded Milvus" : server.address;
  return (
    <Tooltip title={describe(server)} placement="bottom-start">
      <Stack
        direction="row"
        alignItems="center"
        spacing={0.75}
        tabIndex={0}
        data-cy="milvus-server"
        sx={{ width: "fit-content", maxWidth: "100%" }}
      >
        <Box
          role="img"
          aria-label={state}
          data-cy="milvus-server-dot"
          sx={{
            flex: "none",
            width: 8,
            height: 8,
            borderRadius: "50%",
            bgcolor: server.reachable ? "success.main" : "error.main",
          }}
        />
        <Typography variant="caption" color="text.secondary" noWrap>
          {where}
          {server.reachable ? server.version && ` · ${server.version}` : ` · ${state}`}
        </Typography>
      </Stack>
    </Tooltip>
  );
}
