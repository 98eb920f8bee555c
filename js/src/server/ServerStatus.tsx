import { Box, Stack, Tooltip, Typography } from "@mui/material";
import type { Index, Server } from "../api/contract";
import { strings } from "./strings";

/** "Milvus Lite 3.2.2 answered in 4 ms", or why it didn't. */
export function describe(server: Server): string {
  const { reachable, problem, version, latency_ms } = server;
  if (!reachable) return problem ?? strings.noAnswer;
  return latency_ms === null
    ? strings.answers(version)
    : strings.answeredIn(version, Math.max(1, Math.round(latency_ms)));
}

/** The Milvus in use. */
export function ServerStatus({ server }: { server: Server }) {
  const { reachable, version, kind, address } = server;
  const where = kind === "embedded" ? strings.embeddedMilvus : address;
  return <Status about={describe(server)} reachable={reachable} where={where} version={version} />;
}

/** The Milvus of an index that isn't on the one in use. */
export function OtherServer({ index: { other_server, problem, credentials_warning } }: { index: Index }) {
  const about = problem ?? credentials_warning ?? strings.otherServer;
  const where = other_server === "embedded" ? strings.embeddedMilvus : (other_server ?? "");
  return <Status about={about} reachable={problem === null} where={where} version={null} />;
}

interface StatusProps {
  about: string;
  reachable: boolean;
  where: string;
  version: string | null;
}

function Status({ about, reachable, where, version }: StatusProps) {
  const state = reachable ? strings.reachable : strings.notReachable;
  return (
    <Tooltip disableInteractive title={about} placement="bottom-start">
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
