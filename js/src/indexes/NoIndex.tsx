import { Button } from "@mui/material";
import type { OtherIndex } from "../api/contract";
import { NoIndexes } from "../ui/NoIndexes";
import { PrimaryButton } from "../ui/PrimaryButton";
import { strings } from "./strings";

interface Props {
  others: OtherIndex[];
  onNew: () => void;
  onImport: () => void;
  onCopy: () => void;
}

/** Explains indexes, and has the buttons that create one. */
export function NoIndex({ others, onNew, onImport, onCopy }: Props) {
  const title = others.length > 0 ? strings.noMilvusIndex : strings.noIndex;
  return (
    <NoIndexes name="milvus-empty" title={title} others={others} onCopy={onCopy}>
      <PrimaryButton data-cy="milvus-new-index" onClick={onNew}>
        {strings.newIndex}
      </PrimaryButton>
      <Button size="small" color="secondary" data-cy="milvus-import" onClick={onImport}>
        {strings.importExported}
      </Button>
    </NoIndexes>
  );
}
