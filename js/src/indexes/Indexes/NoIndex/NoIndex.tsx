import { Button } from "@mui/material";
import { FilledButton } from "../../../shared/FilledButton";
import { NoIndexYet } from "../../../shared/NoIndexYet";

interface Props {
  onNew: () => void;
  onImport: () => void;
}

/** Has the one button that makes an index. */
export function NoIndex({ onNew, onImport }: Props) {
  return (
    <NoIndexYet name="milvus-empty" title="No index yet">
      <FilledButton data-cy="milvus-new-index" onClick={onNew}>
        New index
      </FilledButton>
      <Button size="small" color="secondary" data-cy="milvus-import" onClick={onImport}>
        Import one that was exported
      </Button>
    </NoIndexYet>
  );
}
