import { Button, Stack } from "@mui/material";
import { strings } from "./strings";

interface Props {
  onNew: () => void;
  onImport: () => void;
  /** null without an index of another backend */
  onCopy: (() => void) | null;
}

/** The buttons above the list of indexes. */
export function ListActions({ onNew, onImport, onCopy }: Props) {
  return (
    <Stack direction="row" spacing={1}>
      {onCopy && (
        <Button size="small" color="secondary" data-cy="milvus-copy" onClick={onCopy}>
          {strings.copy}
        </Button>
      )}
      <Button size="small" color="secondary" data-cy="milvus-import" onClick={onImport}>
        {strings.import}
      </Button>
      <Button size="small" variant="outlined" color="secondary" data-cy="milvus-new-index" onClick={onNew}>
        {strings.newIndex}
      </Button>
    </Stack>
  );
}
