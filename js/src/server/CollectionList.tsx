import { Button, Stack, Typography } from "@mui/material";
import { useCallback, useState } from "react";
import type { Collection } from "../api/contract";
import { Section } from "../ui/Section";
import { TextInput } from "../ui/TextInput";
import { AdoptDialog } from "./AdoptDialog";
import { CollectionCard } from "./CollectionCard";
import { DeleteDialog } from "./DeleteDialog";
import { strings } from "./strings";

/** With more, they can be filtered by name. */
const MANY = 8;

interface Props {
  dataset: string;
  collections: Collection[];
  onDeleted: () => void;
  onAdopted: () => void;
}

type Asked = { adopt: string } | { delete: string[] } | { orphaned: true };

/** The collections in this Milvus, who uses them, and which are orphaned. */
export function CollectionList({ dataset, collections, onDeleted, onAdopted }: Props) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const [filter, setFilter] = useState("");
  const orphaned = collections.filter((each) => each.state === "orphaned").length;
  const shown = collections.filter((each) => each.name.toLowerCase().includes(filter.toLowerCase()));
  const close = () => setAsked(null);
  const adopt = useCallback((name: string) => setAsked({ adopt: name }), []);
  const remove = useCallback((name: string) => setAsked({ delete: [name] }), []);
  return (
    <Section
      title={strings.collections(collections.length)}
      action={
        orphaned > 0 && (
          <Button
            size="small"
            color="secondary"
            variant="outlined"
            data-cy="milvus-orphaned"
            onClick={() => setAsked({ orphaned: true })}
          >
            {strings.cleanUpOrphaned(orphaned)}
          </Button>
        )
      }
    >
      {collections.length > MANY && (
        <TextInput label={strings.findCollection} name="milvus-find-collection" value={filter} onChange={setFilter} />
      )}
      {shown.length === 0 && (
        <Typography variant="body2" color="text.secondary" data-cy="milvus-no-collection">
          {collections.length === 0 ? strings.noCollections : strings.noMatch}
        </Typography>
      )}
      <Stack component="ul" spacing={1} sx={{ m: 0, p: 0 }}>
        {shown.map((collection) => (
          <CollectionCard
            key={collection.name}
            collection={collection}
            onAdopt={adopt}
            onDelete={remove}
          />
        ))}
      </Stack>
      {asked && "adopt" in asked && (
        <AdoptDialog dataset={dataset} name={asked.adopt} onClose={close} onDone={onAdopted} />
      )}
      {asked && !("adopt" in asked) && (
        <DeleteDialog names={"delete" in asked ? asked.delete : null} onClose={close} onDone={onDeleted} />
      )}
    </Section>
  );
}
