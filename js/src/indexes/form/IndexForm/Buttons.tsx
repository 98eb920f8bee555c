import { Button, Stack } from "@mui/material";
import { FilledButton } from "../../../shared/FilledButton";

interface Props {
  busy: boolean;
  ready: boolean;
  onClose: () => void;
}

export function Buttons({ busy, ready, onClose }: Props) {
  return (
    <Stack direction="row" spacing={1} justifyContent="flex-end">
      <Button color="secondary" data-cy="milvus-form-cancel" disabled={busy} onClick={onClose}>
        Cancel
      </Button>
      <FilledButton type="submit" data-cy="milvus-build" disabled={!ready}>
        {busy ? "Building…" : "Build"}
      </FilledButton>
    </Stack>
  );
}
