import { MuiIconFont } from "@fiftyone/components";
import { styled } from "@mui/material";
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

const Square = styled("div")(({ theme: { palette } }) => ({
  position: "relative",
  width: "100%",
  aspectRatio: "1",
  overflow: "hidden",
  display: "grid",
  placeItems: "center",
  backgroundColor: palette.action.hover,
  color: palette.text.secondary,
}));

const Outline = styled("div")(({ theme: { palette } }) => ({ border: `2px solid ${palette.primary.main}` }));

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
    <Square>
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
          <Outline key={n} data-cy="milvus-outline" style={outlineStyle(part, size)} />
        ))}
    </Square>
  );
}
