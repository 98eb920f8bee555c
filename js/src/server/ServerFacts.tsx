import { Box, Chip, Stack, Typography } from "@mui/material";
import type { ReactNode } from "react";
import type { Capabilities, Server, ServerDetails } from "../api/contract";
import { Section } from "../ui/Section";
import { ServerStatus } from "./ServerStatus";
import { strings } from "./strings";

interface Props {
  /** null while the embedded one is stopped */
  server: Server | null;
  details: ServerDetails | null;
}

/** Address, version and latency, and what it supports. */
export function ServerFacts({ server, details }: Props) {
  return (
    <Section title={strings.inUse}>
      <Box
        component="dl"
        data-cy="milvus-facts"
        sx={{
          m: 0,
          display: "grid",
          gridTemplateColumns: "minmax(84px, max-content) minmax(0, 1fr)",
          columnGap: 2,
          rowGap: 0.75,
          alignItems: "baseline",
        }}
      >
        <Fact name={strings.status}>
          {server ? <ServerStatus server={server} /> : <Text>{strings.stopped}</Text>}
        </Fact>
        {server && (
          <>
            {server.kind === "server" && (
              <Fact name={strings.address}>
                <Text>{server.address}</Text>
              </Fact>
            )}
            {server.version !== null && (
              <Fact name={strings.version}>
                <Text>{server.version}</Text>
              </Fact>
            )}
            {server.latency_ms !== null && (
              <Fact name={strings.latency}>
                <Text>{strings.latencyOf(server.latency_ms)}</Text>
              </Fact>
            )}
          </>
        )}
        {details?.database && (
          <Fact name={strings.database}>
            <Text>{details.database}</Text>
          </Fact>
        )}
        {details?.capabilities && (
          <Fact name={strings.supports}>
            <Supports capabilities={details.capabilities} />
          </Fact>
        )}
      </Box>
    </Section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <Typography component="dt" variant="body2" color="text.secondary">
        {name}
      </Typography>
      <Box component="dd" sx={{ m: 0, minWidth: 0 }}>
        {children}
      </Box>
    </>
  );
}

function Text({ children }: { children: ReactNode }) {
  return (
    <Typography variant="body2" component="span" sx={{ overflowWrap: "anywhere" }}>
      {children}
    </Typography>
  );
}

function Supports({ capabilities }: { capabilities: Capabilities }) {
  const { filter_templates, index_types } = capabilities;
  const can = [
    filter_templates && strings.filterTemplates,
    ...index_types,
  ].filter((each): each is string => typeof each === "string");
  return (
    <Stack direction="row" useFlexGap flexWrap="wrap" spacing={0.5}>
      {can.map((each) => (
        <Chip key={each} size="small" variant="outlined" label={each} sx={{ borderColor: "divider" }} />
      ))}
    </Stack>
  );
}
