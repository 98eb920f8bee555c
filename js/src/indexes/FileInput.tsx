import { Button, Stack, Typography } from "@mui/material";
import { useRef } from "react";
import { bytes } from "../ui/format";
import { strings } from "./strings";

interface Props {
  file: File | null;
  disabled?: boolean;
  onChange: (file: File) => void;
}

/** A file on the person's computer, chosen in the browser's own dialog. */
export function FileInput({ file, disabled, onChange }: Props) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <Stack spacing={0.5} alignItems="flex-start">
      <input
        ref={input}
        type="file"
        accept=".parquet"
        hidden
        data-cy="milvus-import-file"
        onChange={({ target }) => {
          const chosen = target.files?.[0];
          if (chosen) onChange(chosen);
          target.value = ""; // so that the same one can be chosen again
        }}
      />
      <Button
        autoFocus
        variant="outlined"
        color="secondary"
        size="small"
        disabled={disabled}
        data-cy="milvus-choose-file"
        onClick={() => input.current?.click()}
      >
        {strings.chooseFile}
      </Button>
      <Typography variant="body2" data-cy="milvus-chosen-file" sx={{ overflowWrap: "anywhere" }}>
        {file && <bdi>{file.name}</bdi>} {file && bytes(file.size)}
      </Typography>
      <Typography variant="caption" color="text.secondary">
        {strings.uploadHint}
      </Typography>
    </Stack>
  );
}
