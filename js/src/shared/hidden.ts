/** Read to people who don't see the page, and not shown. */
export const hidden = {
  position: "absolute",
  width: "1px",
  height: "1px",
  m: 0,
  overflow: "hidden",
  clipPath: "inset(50%)",
  whiteSpace: "nowrap",
} as const;
