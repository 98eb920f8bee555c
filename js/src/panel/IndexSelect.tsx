import { MuiIconFont } from "@fiftyone/components";
import { NativeSelect, Stack, Tooltip, Typography } from "@mui/material";
import type { Index } from "../api/contract";
import { readable } from "../ui/styles";
import { count } from "../ui/format";

const NAME: object = { "data-cy": "milvus-index-select" };

interface Props {
  index: Index;
  indexes: Index[];
  onChange: (brain_key: string) => void;
}

/** Names the index in use, to switch it, and how much of the dataset it holds. */
export function IndexSelect({ index, indexes, onChange }: Props) {
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

/** "60 of 120 samples": how much of what there is an index holds, or holds too much of. */
export function coverage({ size, total, patches_field }: Index): string {
  const what = patches_field ? "patches" : "samples";
  if (size === null) return "size unknown";
  if (total === null || size === total) return `${count(size)} ${what}`;
  if (size > total) return `${count(size)} vectors, ${count(total)} ${what}`;
  return `${count(size)} of ${count(total)} ${what}`;
}

/** Whether something is missing from it, or left over. */
function incomplete({ size, total }: Index): boolean {
  return size !== null && total !== null && size !== total;
}
