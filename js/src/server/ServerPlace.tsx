import type { Server } from "../shared/api";
import { Section } from "../shared/Section";
import { ServerStatus } from "./ServerStatus";

/** Which Milvus it is. */
export function ServerPlace({ server }: { server: Server }) {
  return (
    <Section title="Server">
      <ServerStatus server={server} />
    </Section>
  );
}
