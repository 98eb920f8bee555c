import { Chip, Typography } from "@mui/material";
import type { Collection } from "../api/contract";
import { ActionsMenu } from "../ui/ActionsMenu";
import { bytes, counted, date } from "../ui/format";
import { ListCard } from "../ui/ListCard";
import { MessageAlert } from "../ui/MessageAlert";

const COLORS = { "in use": "success", orphan: "warning", foreign: "default", unknown: "error" } as const;

interface Props {
  collection: Collection;
  onAdopt: () => void;
  onDrop: () => void;
}

/** A collection: what it holds, and whose it is. */
export function CollectionCard({ collection, onAdopt, onDrop }: Props) {
  const { name, state, why, problem } = collection;
  return (
    <ListCard
      name={name}
      cy={`milvus-collection-${name}`}
      height={78}
      actions={
        <>
          <Chip size="small" variant="outlined" color={COLORS[state]} label={state} />
          <ActionsMenu
            of={name}
            actions={[
              { name: "adopt", label: "Use as an index of this dataset", icon: "add_link", onClick: onAdopt },
              { name: "drop", label: "Delete", icon: "delete", onClick: onDrop, disabled: state === "in use", apart: true },
            ]}
          />
        </>
      }
    >
      <Typography variant="caption" component="p" sx={{ m: 0 }}>
        {holds(collection)}
      </Typography>
      <Typography variant="caption" component="p" color="text.secondary" sx={{ m: 0, overflowWrap: "anywhere" }}>
        {why}
      </Typography>
      <MessageAlert message={problem} severity="warning" />
    </ListCard>
  );
}

/** "1,538 rows · about 3.1 MB · 512-dim, cosine, HNSW · Mar 4, 2025" */
export function holds(collection: Collection): string {
  const { rows, loaded, size_bytes, dim, metric, index_type, created } = collection;
  const vectors = [dim !== null && `${dim}-dim`, metric, index_type].filter(Boolean).join(", ");
  const parts = [
    rows !== null && `${loaded ? "" : "about "}${counted(rows, "row")}`,
    size_bytes !== null && `about ${bytes(size_bytes)}`,
    vectors,
    created !== null && date(created),
  ];
  return parts.filter(Boolean).join(" · ");
}
