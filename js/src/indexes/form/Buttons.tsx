import { Button, Stack } from "@mui/material";
import { legible } from "../../shared/legible";

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
      <Button type="submit" variant="contained" data-cy="milvus-build" disabled={!ready} sx={legible}>
        {busy ? "Building…" : "Build"}
      </Button>
    </Stack>
  );
}
