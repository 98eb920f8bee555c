/** For a filled button: white on the App's orange and red is hard to read. */
export const legible = { "&:not(.Mui-disabled)": { color: "common.black" } } as const;
