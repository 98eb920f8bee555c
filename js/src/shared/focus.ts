/** How a button shows that the keyboard is on it, where a ripple would take too long to draw. */
export const FOCUS = {
  "&.Mui-focusVisible": { outline: "2px solid", outlineColor: "primary.main", outlineOffset: -2 },
};
