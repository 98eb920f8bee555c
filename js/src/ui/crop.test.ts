import { expect, test } from "vitest";
import { clampBox, cropStyle } from "./crop";

test("a wide crop fills the width and is centred in height", () => {
  // 100 x 50 pixels out of 200 x 200, in a square
  const style = cropStyle([0.25, 0.5, 0.5, 0.25], { width: 200, height: 200 });
  expect(style).toMatchObject({ width: "200%", height: "200%", left: "-50%", top: "-75%" });
  expect(style.clipPath).toBe("inset(50% 25% 25% 25%)");
});

test("the image's proportions are kept", () => {
  // a square crop of 100 pixels out of 400 x 100
  const style = cropStyle([0.5, 0, 0.25, 1], { width: 400, height: 100 });
  expect(style).toMatchObject({ width: "400%", height: "100%", left: "-200%", top: "0%" });
});

test("a tall crop is centred in width", () => {
  const style = cropStyle([0, 0, 0.25, 1], { width: 200, height: 100 });
  expect(style).toMatchObject({ width: "200%", height: "100%", left: "25%" });
});

test("a box is clipped at the image's edge", () => {
  expect(clampBox([-0.5, 0.75, 1, 0.5])).toEqual([0, 0.75, 0.5, 0.25]);
  expect(clampBox([0.5, 0.5, 0, 0.1])).toBeNull();
  expect(clampBox([2, 0, 1, 1])).toBeNull();
});
