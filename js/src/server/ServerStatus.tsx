import { Box, Stack, Tooltip, Typography } from "@mui/material";
import type { Index, Server } from "../api/contract";

/** "Milvus Lite 3.2.2 answered in 4 ms", or why it didn't. */
export function describe(server: Server): string {
  if (!server.reachable) return server.problem ?? "Milvus doesn't answer";
  const name = server.version ? `Milvus ${server.version}` : "Milvus";
  return server.latency_ms === null
    ? `${name} answers`
    : `${name} answered in ${Math.max(1, Math.round(server.latency_ms))} ms`;
}

/** The Milvus in use. */
export function ServerStatus({ server }: { server: Server }) {
  const { reachable, version, kind, address } = server;
  const where = kind === "embedded" ? EMBEDDED : address;
  return <Status about={describe(server)} reachable={reachable} where={where} version={version} />;
}

/** The Milvus that an index is on, which isn't the one in use. */
export function Elsewhere({ index: { elsewhere, problem, unsent } }: { index: Index }) {
  const about = problem ?? unsent ?? "This index is there. New ones are built on the Milvus in Server.";
  const where = elsewhere === "embedded" ? EMBEDDED : (elsewhere ?? "");
  return <Status about={about} reachable={problem === null} where={where} version={null} />;
}

const EMBEDDED = "Embedded Milvus";

interface StatusProps {
  about: string;
  reachable: boolean;
  where: string;
  version: string | null;
}

function Status({ about, reachable, where, version }: StatusProps) {
  const state = reachable ? "reachable" : "not reachable";
  return (
    <Tooltip title={about} placement="bottom-start">
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
            bgcolor: reachable ? "success.main" : "error.main",
          }}
        />
        <Typography variant="caption" color="text.secondary" noWrap>
          {where}
          {reachable ? version && ` · ${version}` : ` · ${state}`}
        </Typography>
      </Stack>
    </Tooltip>
  );
}
