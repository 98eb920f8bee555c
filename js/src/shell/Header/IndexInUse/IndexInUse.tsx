import { MuiIconFont } from "@fiftyone/components";
import { NativeSelect, Stack, Tooltip, Typography } from "@mui/material";
import type { Index } from "../../../shared/api";
import { readable } from "../../../shared/colors";
import { coverage, incomplete } from "./coverage";

const NAME: object = { "data-cy": "milvus-index-select" };

interface Props {
  index: Index;
  indexes: Index[];
  onChange: (brain_key: string) => void;
}

/** Names the index in use, to switch it, and how much of the dataset it holds. */
export function IndexInUse({ index, indexes, onChange }: Props) {
  return (
    <Stack direction="row" alignItems="center" spacing={1} sx={{ flex: "1 1 240px", minWidth: 0 }}>
      <MuiIconFont name="hub" sx={{ fontSize: 18, color: "text.secondary" }} />
      <NativeSelect
        value={index.brain_key}
        onChange={(event) => onChange(event.target.value)}
        inputProps={{ "aria-label": "Index in use", ...NAME }}
        sx={{ minWidth: 0, flex: "0 1 auto", fontSize: 14, "& select": { textOverflow: "ellipsis" } }}
      >
        {indexes.map(({ brain_key, patches_field }) => (
          <option key={brain_key} value={brain_key}>
            {`${brain_key} (${patches_field ?? "samples"})`}
          </option>
        ))}
      </NativeSelect>
      <Tooltip title={incomplete(index) ? "Sync it in Indexes to make it complete" : "It is complete"}>
        <Typography
          variant="caption"
          noWrap
          sx={{ flexShrink: 0, color: incomplete(index) ? readable("warning") : "text.secondary" }}
          data-cy="milvus-coverage"
        >
          {coverage(index)}
        </Typography>
      </Tooltip>
    </Stack>
  );
}
