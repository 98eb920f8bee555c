import { Button } from "@mui/material";
import { Empty } from "../shared/Empty";
import { legible } from "../shared/legible";

interface Props {
  onNew: () => void;
  onImport: () => void;
}

/** Teaches what an index is for, and has the one button that makes one. */
export function NoIndex({ onNew, onImport }: Props) {
  return (
    <Empty
      name="milvus-empty"
      icon="hub"
      title="No index yet"
      text="An index keeps an embedding of every sample or patch in Milvus, so that you can sort the grid by similarity to a picture or to words."
    >
      <Button variant="contained" data-cy="milvus-new-index" onClick={onNew} sx={legible}>
        New index
      </Button>
      <Button size="small" color="secondary" data-cy="milvus-import" onClick={onImport}>
        Import one that was exported
      </Button>
    </Empty>
  );
}
