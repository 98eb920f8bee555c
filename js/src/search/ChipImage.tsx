import { Box } from "@mui/material";
import type { Chip } from "./chips";
import { Thumbnail } from "../ui/Thumbnail";

interface Props {
  chip: Chip;
  /** in pixels, of each side */
  size: number;
}

/** The image of a term; nothing for a text or a vector. */
export function ChipImage({ chip: { media, image }, size }: Props) {
  if (!media && !image) return null;
  return (
    <Box data-cy="milvus-chip-image" sx={{ width: size, flex: "none", borderRadius: 0.5, overflow: "hidden" }}>
      {image ? (
        <Box
          component="img"
          src={image.url}
          alt=""
          sx={{ display: "block", width: size, height: size, objectFit: "cover" }}
        />
      ) : (
        media && <Thumbnail filepath={media.filepath} box={media.box} alt="" />
      )}
    </Box>
  );
}
