import { Slider, Stack, Typography } from "@mui/material";
import { useId, useState } from "react";
import { useApi } from "../api/client";
import { useFetched } from "../api/useFetched";
import { Popout } from "../ui/Popout";
import { SelectInput } from "../ui/SelectInput";
import { strings } from "./strings";
import { SIZES, type useTileView } from "./useTileView";

interface Props {
  token: string;
  patches: boolean;
  tiles: ReturnType<typeof useTileView>;
}

/** What the tiles of results show, and how large they are. */
export function ViewOptions(props: Props) {
  const [open, setOpen] = useState(false);
  return (
    <Popout title={strings.viewOptions} icon="grid_view" name="milvus-view-options" open={open} onToggle={setOpen}>
      <Fields {...props} />
    </Popout>
  );
}

function Fields({ token, patches, tiles }: Props) {
  const api = useApi();
  const sizeLabel = useId();
  const known = useFetched(() => api.caption_fields({ token }), token).value?.fields ?? [];
  const { caption, size } = tiles;
  const names = caption && !known.includes(caption) ? [caption, ...known] : known;
  const usual = { value: "", label: patches ? strings.label : strings.fileName };
  return (
    <Stack direction="row" useFlexGap flexWrap="wrap" alignItems="center" sx={{ gap: 2, "& > *": { flex: "1 1 160px" } }}>
      <SelectInput
        label={strings.caption}
        name="milvus-caption"
        value={caption}
        options={[usual, ...names.map((name) => ({ value: name, label: name }))]}
        onChange={tiles.setCaption}
      />
      <div>
        <Typography id={sizeLabel} variant="caption" color="text.secondary">
          {strings.tileSize}
        </Typography>
        <Slider
          size="small"
          {...{ min: SIZES.min, max: SIZES.max, step: SIZES.step }}
          value={size}
          aria-labelledby={sizeLabel}
          getAriaValueText={strings.pixels}
          slotProps={{ input: { "data-cy": "milvus-tile-size" } as object }}
          onChange={(_, value) => tiles.setSize(value as number)}
          sx={{ display: "block" }}
        />
      </div>
    </Stack>
  );
}
