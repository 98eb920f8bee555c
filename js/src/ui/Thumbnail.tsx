import { MuiIconFont } from "@fiftyone/components";
import { Box } from "@mui/material";
import { useState, type CSSProperties, type SyntheticEvent } from "react";
import type { Box as Crop } from "../api/contract";
import { mediaUrl } from "../hooks/appState";
import { clampBox, cropStyle, outlineStyle } from "./crop";

interface Props {
  filepath: string;
  box: Crop | null;
  /** parts of it that are outlined */
  outlined?: Crop[];
  alt: string;
}

const WHOLE: CSSProperties = { width: "100%", height: "100%", objectFit: "contain" };
const UNMEASURED: CSSProperties = { ...WHOLE, visibility: "hidden" };

/** A square image of a sample, or of the part of it inside `box`. */
export function Thumbnail({ filepath, box, outlined = [], alt }: Props) {
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  const [broken, setBroken] = useState(false);
  const crop = box && clampBox(box);
  const style = !crop ? WHOLE : size ? cropStyle(crop, size) : UNMEASURED;
  const measure = ({ currentTarget }: SyntheticEvent<HTMLImageElement>) => {
    const { naturalWidth: width, naturalHeight: height } = currentTarget;
    setSize(width && height ? { width, height } : null);
  };
  return (
    <Box
      sx={{
        position: "relative",
        width: "100%",
        aspectRatio: "1",
        overflow: "hidden",
        display: "grid",
        placeItems: "center",
        bgcolor: "action.hover",
        color: "text.secondary",
      }}
    >
      {broken ? (
        <MuiIconFont name="image_not_supported" />
      ) : (
        <img
          src={mediaUrl(filepath)}
          alt={alt}
          loading="lazy"
          decoding="async"
          style={style}
          onLoad={crop || outlined.length > 0 ? measure : undefined}
          onError={() => setBroken(true)}
        />
      )}
      {size &&
        outlined.map((part, n) => (
          <Box key={n} data-cy="milvus-outline" style={outlineStyle(part, size)} sx={{ border: 2, borderColor: "primary.main" }} />
        ))}
    </Box>
  );
}
