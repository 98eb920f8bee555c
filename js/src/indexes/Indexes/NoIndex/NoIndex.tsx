import { Button } from "@mui/material";
import type { OtherIndex } from "../../../shared/api";
import { FilledButton } from "../../../shared/FilledButton";
import { NoIndexYet } from "../../../shared/NoIndexYet";

interface Props {
  others: OtherIndex[];
  onNew: () => void;
  onImport: () => void;
}

/** Has the one button that makes an index. */
export function NoIndex({ others, onNew, onImport }: Props) {
  return (
    <NoIndexYet name="milvus-empty" title={others.length > 0 ? "No Milvus index yet" : "No index yet"} others={others}>
      <FilledButton data-cy="milvus-new-index" onClick={onNew}>
        New index
      </FilledButton>
      <Button size="small" color="secondary" data-cy="milvus-import" onClick={onImport}>
        Import one that was exported
      </Button>
    </NoIndexYet>
  );
}
