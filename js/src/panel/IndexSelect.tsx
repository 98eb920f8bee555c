import { MuiIconFont } from "@fiftyone/components";
import { NativeSelect, Stack, Tooltip, Typography } from "@mui/material";
import type { Index } from "../api/contract";
import { readable } from "../ui/styles";
import { strings } from "./strings";

const NAME: object = { "data-cy": "milvus-index-select" };

interface Props {
  index: Index;
  indexes: Index[];
  /** its size isn't known yet */
  counting: boolean;
  onChange: (brain_key: string) => void;
}

/** Selects the index in use, and shows how much of the dataset it has. */
export function IndexSelect({ index, indexes, counting, onChange }: Props) {
  return (
    <Stack direction="row" alignItems="center" spacing={1} sx={{ flex: "1 1 240px", minWidth: 0 }}>
      <MuiIconFont name="hub" sx={{ fontSize: 18, color: "text.secondary" }} />
      <NativeSelect
        value={index.brain_key}
        onChange={(event) => onChange(event.target.value)}
        inputProps={{ "aria-label": strings.indexInUse, ...NAME }}
        sx={{ minWidth: 0, flex: "0 1 auto", fontSize: 14, "& select": { textOverflow: "ellipsis" } }}
      >
        {indexes.map(({ brain_key, patches_field }) => (
          <option key={brain_key} value={brain_key}>
            {strings.index(brain_key, patches_field)}
          </option>
        ))}
      </NativeSelect>
      <Tooltip disableInteractive title={incomplete(index) ? strings.incomplete : strings.complete}>
        <Typography
          variant="caption"
          noWrap
          sx={{ flexShrink: 0, color: incomplete(index) ? readable("warning") : "text.secondary" }}
          data-cy="milvus-coverage"
        >
          {counting ? strings.counting : sizeText(index)}
        </Typography>
      </Tooltip>
    </Stack>
  );
}

/** "60 of 120 samples": how much of what there is an index has. */
export function sizeText({ size, total, patches_field }: Index): string {
  const what = patches_field ? strings.patches : strings.samples;
  if (size === null) return strings.sizeUnknown;
  if (total === null || size === total) return strings.size(size, what);
  return size > total ? strings.tooMany(size, total, what) : strings.tooFew(size, total, what);
}

/** Whether vectors are missing, or there are too many. */
function incomplete({ size, total }: Index): boolean {
  return size !== null && total !== null && size !== total;
}
