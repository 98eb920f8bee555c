import { Button, Stack, Typography } from "@mui/material";
import { useState } from "react";
import type { Collection } from "../api/contract";
import { count } from "../ui/format";
import { Section } from "../ui/Section";
import { TextInput } from "../ui/TextInput";
import { AdoptDialog } from "./AdoptDialog";
import { CollectionCard } from "./CollectionCard";
import { DeleteDialog } from "./DeleteDialog";

/** From so many on they are looked for by name. */
const MANY = 8;

interface Props {
  dataset: string;
  collections: Collection[];
  onDropped: () => void;
  onAdopted: () => void;
}

type Asked = { adopt: string } | { drop: string[] } | { orphans: true };

/** What is in this Milvus, whose it is, and what nobody needs any more. */
export function CollectionList({ dataset, collections, onDropped, onAdopted }: Props) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const [wanted, setWanted] = useState("");
  const orphans = collections.filter((each) => each.state === "orphan").length;
  const shown = collections.filter((each) => each.name.toLowerCase().includes(wanted.toLowerCase()));
  const close = () => setAsked(null);
  return (
    <Section
      title={`Collections (${count(collections.length)})`}
      action={
        orphans > 0 && (
          <Button
            size="small"
            color="secondary"
            variant="outlined"
            data-cy="milvus-orphans"
            onClick={() => setAsked({ orphans: true })}
          >
            {`Clean up orphans (${count(orphans)})`}
          </Button>
        )
      }
    >
      {collections.length > MANY && (
        <TextInput label="Find a collection" name="milvus-find-collection" value={wanted} onChange={setWanted} />
      )}
      {shown.length === 0 && (
        <Typography variant="body2" color="text.secondary" data-cy="milvus-no-collection">
          {collections.length === 0 ? "There is none yet: an index makes one." : "None has a name like that."}
        </Typography>
      )}
      <Stack component="ul" spacing={1} sx={{ m: 0, p: 0 }}>
        {shown.map((collection) => (
          <CollectionCard
            key={collection.name}
            collection={collection}
            onAdopt={() => setAsked({ adopt: collection.name })}
            onDrop={() => setAsked({ drop: [collection.name] })}
          />
        ))}
      </Stack>
      {asked && "adopt" in asked && (
        <AdoptDialog dataset={dataset} name={asked.adopt} onClose={close} onDone={onAdopted} />
      )}
      {asked && !("adopt" in asked) && (
        <DeleteDialog names={"drop" in asked ? asked.drop : null} onClose={close} onDone={onDropped} />
      )}
    </Section>
  );
}
