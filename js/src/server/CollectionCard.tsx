import { Chip, Typography } from "@mui/material";
import { memo } from "react";
import type { Collection } from "../api/contract";
import { ActionsMenu } from "../ui/ActionsMenu";
import { bytes, date } from "../ui/format";
import { ListCard } from "../ui/ListCard";
import { MessageAlert } from "../ui/MessageAlert";
import { strings } from "./strings";

const COLORS = { "in use": "success", orphaned: "warning", unmanaged: "default", unknown: "error" } as const;

interface Props {
  collection: Collection;
  onAdopt: (name: string) => void;
  onDelete: (name: string) => void;
}

/** A collection: its size and settings, and who uses it. */
export const CollectionCard = memo(function CollectionCard({ collection, onAdopt, onDelete }: Props) {
  const { name, state, reason, problem } = collection;
  return (
    <ListCard
      name={name}
      cy={`milvus-collection-${name}`}
      height={78}
      actions={
        <>
          <Chip size="small" variant="outlined" color={COLORS[state]} label={strings.states[state]} />
          <ActionsMenu
            of={name}
            actions={[
              { name: "adopt", label: strings.adopt, icon: "add_link", onClick: () => onAdopt(name) },
              { name: "delete", label: strings.delete, icon: "delete", onClick: () => onDelete(name), disabled: state === "in use", apart: true },
            ]}
          />
        </>
      }
    >
      <Typography variant="caption" component="p" sx={{ m: 0 }}>
        {facts(collection)}
      </Typography>
      <Typography variant="caption" component="p" color="text.secondary" sx={{ m: 0, overflowWrap: "anywhere" }}>
        {reason}
      </Typography>
      <MessageAlert message={problem} severity="warning" />
    </ListCard>
  );
});

/** "1,538 rows · about 3.1 MB · 512-dim, cosine, HNSW · 2 shards, 2 replicas · Mar 4, 2025" */
export function facts(collection: Collection): string {
  const { rows, loaded, size_bytes, dim, metric, index_type, shards, replicas, created } = collection;
  const vectors = [dim !== null && strings.dimension(dim), metric, index_type].filter(Boolean).join(", ");
  const parts = [
    rows !== null && (loaded ? strings.rows(rows) : strings.about(strings.rows(rows))),
    size_bytes !== null && strings.about(bytes(size_bytes)),
    vectors,
    several(shards, replicas),
    created !== null && date(created),
  ];
  return parts.filter(Boolean).join(" · ");
}

/** "2 shards, 2 replicas", where there is more than one of either. */
function several(shards: number | null, replicas: number | null): string {
  const parts = [
    shards !== null && shards > 1 && strings.shards(shards),
    replicas !== null && replicas > 1 && strings.replicas(replicas),
  ];
  return parts.filter(Boolean).join(", ");
}
