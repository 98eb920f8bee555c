import type { CSSProperties } from "react";
import type { Box } from "../api/contract";

interface Size {
  width: number;
  height: number;
}

const percent = (part: number) => `${Number((100 * part).toFixed(3))}%`;

/**
 * The style of an image, absolutely placed in a square, that shows only `box`
 * of it: as large as fits, centred, undistorted.
 */
export function cropStyle([x, y, w, h]: Box, natural: Size): CSSProperties {
  const side = Math.max(w * natural.width, h * natural.height);
  const width = natural.width / side;
  const height = natural.height / side;
  return {
    position: "absolute",
    maxWidth: "none",
    width: percent(width),
    height: percent(height),
    left: percent((1 - w * width) / 2 - x * width),
    top: percent((1 - h * height) / 2 - y * height),
    clipPath: `inset(${percent(y)} ${percent(1 - x - w)} ${percent(1 - y - h)} ${percent(x)})`,
  };
}

/** The style of a box over an image that is shown whole, as large as fits in a square. */
export function outlineStyle([x, y, w, h]: Box, natural: Size): CSSProperties {
  const side = Math.max(natural.width, natural.height);
  const [width, height] = [natural.width / side, natural.height / side];
  return {
    position: "absolute",
    left: percent((1 - width) / 2 + x * width),
    top: percent((1 - height) / 2 + y * height),
    width: percent(w * width),
    height: percent(h * height),
  };
}

/** The box within the image, or null if nothing of it is. */
export function clampBox([x, y, w, h]: Box): Box | null {
  const left = Math.max(0, x);
  const top = Math.max(0, y);
  const width = Math.min(1, x + w) - left;
  const height = Math.min(1, y + h) - top;
  return width > 0 && height > 0 ? [left, top, width, height] : null;
}
